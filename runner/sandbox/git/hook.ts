/**
 * The `pre-receive` hook. On descriptor 3 it writes each update (`old new ref whole|shallow`) and an empty line; then it
 * prints what it reads there after `> `, which git shows to the client as `remote:`, until `exit CODE`.
 * A history whose ancestors were not sent cannot be walked: that is how a shallow push is known (git itself refuses it only
 * after this hook, hence after a whole deployment).
 */
export const hookScript = `#!/bin/sh
{
  while read -r old new ref; do
    history=whole
    case $new in *[!0]*) git rev-list --count "$new" >/dev/null 2>&1 || history=shallow ;; esac
    printf '%s %s %s %s\\n' "$old" "$new" "$ref" "$history"
  done
  echo
} >&3
while IFS= read -r line <&3; do
  case $line in
    '> '*) printf '%s\\n' "\${line#> }" ;;
    'exit '*) exit "\${line#exit }" ;;
  esac
done
exit 1
`;
