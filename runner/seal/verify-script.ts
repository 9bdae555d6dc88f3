/*
 * The text of `verify.sh`: what POSIX sh, sed, grep, sha256sum, base64 and ssh-keygen can say of a bundle without Reprise. It reads the
 * subjects out of the signed statement itself: that file is canonical JSON and subject names hold no quote or backslash, so
 * one `sed` finds each of them and nothing else. Its exit codes are those of `reprise verify`.
 */
import { APPROVAL_NAMESPACE } from '../journal/challenge.ts';
import { ADDENDUM_TYPE } from './addendum.ts';
import { MOST_BYTES, NAMESPACE } from './layout.ts';
import { PREDICATE_TYPE } from './statement.ts';

/** What `find -size` counts in. */
const blocks = (bytes: number): number => bytes / 512;

/** `verify.sh`, the same in every bundle of this version. */
export const VERIFY_SCRIPT = `#!/bin/sh
# Usage : sh verify.sh [allowed_signers [ca.pem]]      (POSIX sh, sed, sha256sum, base64, ssh-keygen >= 8.2, openssl)
# Vérifie : fichiers, tête de la main courante, sceaux, addenda, approbations, et horodatages avec ca.pem.
# Checks: files, the journal's head, seals, addenda, approvals, and time stamps with ca.pem.
# Ne vérifie PAS la main courante ligne à ligne, ni que le procès-verbal en découle (« reprise verify »), ni ce script.
# Does NOT check the journal line by line, nor that the transcript follows from it ("reprise verify"), nor this script.
LC_ALL=C; export LC_ALL
rest=; c1=$(printf '\\302[\\200-\\237]')
end() { printf '%s\\n' "$2" \${rest:+"Non vérifié ici / Not checked here: $rest"} | tr -d '\\000-\\010\\013-\\037\\177' | sed "s/$c1//g"; exit "$1"; }
tampered() { end 5 "ALTÉRÉ / TAMPERED: $1"; }
trust=\${1:+$(cd "$(dirname "$1")" && pwd)/$(basename "$1")}
ca=\${2:+$(cd "$(dirname "$2")" && pwd)/$(basename "$2")}
cd "$(dirname "$0")" || exit 2
[ -f statement.json ] || [ -z "$(find addenda/[0-9]* -type f 2> /dev/null)" ] || tampered "statement.json: manque / missing"
[ -f statement.json ] || end 8 "INCOMPLET / INCOMPLETE: statement.json"
# Noms : ni contrôle, ni guillemet, ni barre inverse. / Names: no control character, no quote, no backslash.
unfit=$(printf '[[:cntrl:]"\\\\]\\n\\302[\\200-\\237\\255]\\n\\330[\\200-\\205\\234]\\n\\333\\235\\n\\334\\217\\n\\340\\242[\\220\\221]\\n\\340\\243\\242\\n\\341\\240\\216\\n\\342\\200[\\213-\\217\\250-\\256]\\n\\342\\201[\\240-\\244\\246-\\257]\\n\\357\\273\\277\\n\\357\\277[\\271-\\273]\\n\\360\\221\\202\\275\\n\\360\\221\\203\\215\\n\\360\\223\\220[\\260-\\277]\\n\\360\\233\\262[\\240-\\243]\\n\\360\\235\\205[\\263-\\272]\\n\\363\\240\\200[\\201\\240-\\277]\\n\\363\\240\\201[\\200-\\277]')
odd=$(find . -name "*
*"; find . | grep -e "$unfit")
[ -z "$odd" ] || tampered "nom de fichier refusé / a file name that is not allowed"
odd=$(find . ! -type d ! -type f)
[ -z "$odd" ] || tampered "$odd"
odd=$(find . \\( -path ./lock -size +${blocks(MOST_BYTES.lock)} \\) -o \\( -path ./reserve -size +${blocks(MOST_BYTES.reserve)} \\) -o \\( -path ./allowed_signers -size +${blocks(MOST_BYTES.allowedSigners)} \\) -o \\( -path './seals/*' -o -path './addenda/*/seals/*' \\) -size +${blocks(MOST_BYTES.seal)} -type f)
[ -z "$odd" ] || tampered "trop grand / too large: $odd"
# La seule forme qu'a une déclaration. / The one form that a statement has.
s='"([^"\\\\]|\\\\.)*"'; d='"[0-9a-f]{64}"'; n='(0|[1-9][0-9]*)'; u='\\{"digest":\\{"sha256":'$d'\\},"name":"[^"\\\\]+"\\}'
r='\\{"holders":\\[('$s'(,'$s')*)?\\],"role":'$s'\\}'; ends='"closedAt":'$s',"entries":'$n',"ephemeral":(true|false),"head":'$d
of_run='"clock":"(declared|time-stamped)",'$ends',"mode":"(drill|real)","openedAt":'$s',"operator":'$s',"outcome":'$s',"renderer":'$s',"requiredSigners":\\[('$r'(,'$r')*)?\\],"run":'$s',"runner":'$s',"signer":'$s',"target":'$s',"title":'$s
of_addendum='"by":'$s',"clock":"declared",'$ends',"number":'$n',"openedAt":'$s'(,"previous":'$d')?,"renderer":'$s',"run":'$s',"runner":'$s',"sealed":'$d',"signer":'$s
# Sceaux, fichiers et tête d'un dossier ; $1 : ce que sa déclaration n'énumère pas ; $2, $3 : ce qu'elle est. / Seals, files and head of a folder; $1: what its statement need not list; $2, $3: what it is.
look() {
signer=$(sed -n 's/.*"signer":"\\([^"]*\\)".*/\\1/p' statement.json)
print='SHA256:[A-Za-z0-9+/]*'
signed=' '; keys=" $(ssh-keygen -Y check-novalidate -n ${NAMESPACE} -s "seals/$signer.sig" < statement.json 2> /dev/null | grep -o "$print") "
for seal in seals/*.sig; do
  [ -f "$seal" ] || continue
  who=$(basename "$seal" .sig)
  # Une signature n'a qu'une écriture. / A signature has one spelling.
  body=$(sed '1d;$d' "$seal" | tr -d '\\n' | base64 -d 2> /dev/null | base64 | tr -d '\\n')
  printf '%s\\n' '-----BEGIN SSH SIGNATURE-----' "$body" '-----END SSH SIGNATURE-----' | fold -w 70 | cmp -s - "$seal" || tampered "$where$seal"
  key=$(sed -n "s/.*\\"principal\\":\\"$who\\",\\"publicKey\\":\\"\\([^\\"]*\\)\\".*/\\1/p" journal.jsonl | tail -n 1)
  said=$(ssh-keygen -Y check-novalidate -n ${NAMESPACE} -s "$seal" < statement.json 2>&1) || case $said in
    *"incorrect signature"*) tampered "\${where}statement.json (ou son sceau / or its seal) $seal: $said" ;;
    *unsupported*|*unknown*) printf '%s\\n' "$key" | ssh-keygen -l -f - > /dev/null 2>&1 || continue; tampered "$where$seal: $said" ;;
    *) tampered "$where$seal: $said" ;; esac
  mark=$(printf '%s\\n' "$said" | grep -o "$print" | head -n 1)
  # Une clé ne signe que pour une personne. / One key signs for one person.
  [ "$who" = "$signer" ] || case $keys in *" $mark "*) continue ;; esac
  keys="$keys$mark "
  vouched=; [ -n "$trust" ] && ssh-keygen -Y verify -f "$trust" -I "$who" -n ${NAMESPACE} -s "$seal" < statement.json && vouched=1
  recorded=$(printf '%s\\n' "$key" | ssh-keygen -l -f - 2> /dev/null | grep -o "$print")
  [ "$vouched" ] || [ "$who" != "$signer" ] || [ "$recorded" = "$mark" ] || tampered "$where$seal: $mark, $recorded"
  [ -n "$trust$vouched" ] && [ -z "$vouched" ] || signed="$signed$who "
done
form='\\{"_type":"https://in-toto\\.io/Statement/v1","predicate":\\{'$3'\\},"predicateType":"'$2'","subject":\\[('$u'(,'$u')*)?\\]\\}'
[ "$(wc -l < statement.json)" -eq 1 ] && [ "$(grep -vcxE "$form" statement.json)" = 0 ] || tampered "\${where}statement.json: forme / form"
split=$(sed 's/{"digest":{"sha256":"/\\
&/g' statement.json)
subjects=$(printf '%s\\n' "$split" | sed -n 's/^{"digest":{"sha256":"\\([0-9a-f]\\{64\\}\\)"},"name":"\\([^"\\\\]*\\)"}.*/\\1  \\2/p')
listed=$(printf '%s\\n' "$subjects" | cut -c 67- | sort)
[ "$(printf '%s\\n' "$split" | grep -c '^{"digest":')" = "$(printf '%s\\n' "$subjects" | grep -c .)" ] || tampered "\${where}statement.json: subject"
twice=$(printf '%s\\n' "$listed" | uniq -d)
[ -z "$twice" ] || tampered "\${where}statement.json: répété / repeated: $twice"
bad=$(printf '%s\\n' "$subjects" | sha256sum -c - 2>&1 | grep -v ': OK$')
[ -z "$bad" ] || tampered "$where$bad"
present=$(find . -type f | cut -c 3- | grep -vxE "statement\\\\.json|seals/[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}\\\\.sig$1" | sort)
[ "$listed" = "$present" ] || tampered "\${where}fichiers hors liste / unlisted files"
head=$(tail -n 1 journal.jsonl | sha256sum | cut -c 1-64)
grep -q "\\"head\\":\\"$head\\"" statement.json || tampered "\${where}journal.jsonl: head"
# Ce que disent la première et la dernière ligne. / What the first and the last line say.
first=$(head -n 1 journal.jsonl); last=$(tail -n 1 journal.jsonl); predicate=$(sed 's/,"predicateType":.*//' statement.json)
stated() { printf '%s\\n' "$predicate" | grep -oE '"'$1'":('$s'|'$n')' | head -n 1; }
agrees() { case $2 in *"$1"*) ;; *) tampered "\${where}statement.json: $1" ;; esac; }
for member in run runner mode target title number sealed previous; do agrees "$(stated $member)" "$first"; done
agrees "$(stated outcome)" "$last"; agrees "$(stated openedAt | sed 's/openedAt/at/')" "$first"; agrees "$(stated closedAt | sed 's/closedAt/at/')" "$last"
agrees "$(stated operator | sed 's/"operator":/"id":/')" "$first"; agrees "$(stated by | sed 's/"by":/"id":/')" "$first"
[ "$(stated entries)" = '"entries":'$(grep -c '' journal.jsonl) ] || tampered "\${where}statement.json: entries"
[ -f "seals/$signer.sig" ] || lack="$lack \${where}seals/$signer.sig"
case $signed in *" $signer "*) [ -n "$trust" ] || unknown="$unknown $where$signer" ;; *) unknown="$unknown $where$signer" ;; esac
! grep -q '"ephemeral":true' statement.json || ephemeral=1
sealed=$(sha256sum < statement.json | cut -c 1-64)
}
where=; lack=; unknown=; ephemeral=
look '|allowed_signers|lock|reserve|addenda/([0-9]{3}|pending)/.*' ${PREDICATE_TYPE} "$of_run"
set -f
missing=$(sed 's/{"holders":\\[/\\
&/g' statement.json | sed -n 's/^{"holders":\\[\\([^]]*\\)\\],"role":"\\([^"]*\\)"}.*/\\1 \\2/p' | while read -r holders role; do
  for id in $(echo "$holders" | tr '",' '  '); do case $signed in *" $id "*) continue 2 ;; esac; done; echo "$role"; done)
set +f
who_signed=$signed; run=$sealed; number=0; previous=
for folder in addenda/*/; do
  [ -d "$folder" ] && [ -n "$(find "$folder" -type f)" ] || continue
  [ "$folder" != addenda/pending/ ] || { lack="$lack $folder"; continue; }
  number=$((number + 1)); where=$folder
  [ "$folder" = "addenda/$(printf '%03d' $number)/" ] || tampered "addenda/$(printf '%03d' $number): manque / missing"
  first=$(head -n 1 "$folder/journal.jsonl")
  for member in "\\"number\\":$number," "\\"sealed\\":\\"$run\\"" "\\"prev\\":\\"$head\\"" \${previous:+"\\"previous\\":\\"$previous\\""}; do
    case $first in *"$member"*) ;; *) tampered "\${where}journal.jsonl: $member" ;; esac
  done
  [ -f "$folder/statement.json" ] || { lack="$lack \${where}statement.json"; [ ! -d "addenda/$(printf '%03d' $((number + 1)))" ] || tampered "\${where}statement.json: manque / missing"; break; }
  cd "$folder" || exit 2
  look '' ${ADDENDUM_TYPE} "$of_addendum"
  cd ../.. || exit 2
  previous=$sealed; who_signed="$who_signed; $where:$signed"
done
# Approbations : de ce défi, par la clé inscrite ; horodatages. / Approvals: of this challenge, by the recorded key; time stamps.
value() { printf '%s\\n' "$line" | sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p"; }
rest='chaque ligne de la main courante, procès-verbal qui en est tiré / each line of the journal, transcript made from it'
sig=$(mktemp) && trap 'rm -f "$sig"' EXIT || exit 2
while IFS= read -r line; do case $line in
  *'"type":"time-stamped"'*)
    [ -n "$ca" ] || { rest="\${rest%, horo*}, horodatages / time stamps (ca.pem)"; continue; }
    openssl ts -verify -digest "$(value head)" -in "$(value file)" -CAfile "$ca" > /dev/null 2>&1 || unknown="$unknown horodatage / time stamp $(value file)" ;;
  *'"signed":{'*)
    who=$(printf '%s\\n' "$line" | sed -n 's/.*"by":{[^}]*"id":"\\([^"]*\\)".*/\\1/p')
    what="approbation / approval $(value step) ($who)"
    printf '%b' "$(value signature)" > "$sig"
    said=$(value challenge | ssh-keygen -Y check-novalidate -n ${APPROVAL_NAMESPACE} -s "$sig" 2>&1)
    case $said in *" key $(value key)") ;; *unsupported*) ;; *) tampered "journal.jsonl: $what: $said" ;; esac
    [ -n "$trust" ] && value challenge | ssh-keygen -Y verify -f "$trust" -I "$who" -n ${APPROVAL_NAMESPACE} -s "$sig" || unknown="$unknown $what" ;;
esac; done << END
$(grep -e '"type":"step-approved"' -e '"type":"time-stamped"' journal.jsonl)
END
missing=\${missing:+ ; SCEAU REQUIS / REQUIRED SEAL: $missing}
[ -z "$lack" ] || end 8 "INCOMPLET / INCOMPLETE:$lack"
[ -z "$ephemeral" ] || end 7 "INTÈGRE, NON PROBANT / INTACT, PROVES NOTHING: ephemeral key"
[ -z "$unknown" ] || end 6 "INTÈGRE, SIGNATAIRE NON VÉRIFIÉ / INTACT, SIGNER NOT VERIFIED:$unknown$missing"
[ -z "$missing" ] || end 8 "INCOMPLET / INCOMPLETE$missing"
end 0 "VÉRIFIÉ / VERIFIED:$who_signed"
`;
