/** Names that add-ons and the platform own: a template that has them too would cut the application off its own data. */
const owned = /^(SCALINGO_[A-Z0-9_]+_URL|DATABASE_URL|REDIS_URL|PORT|CONTAINER.*)$/;

/** True for a variable that must never be set by hand. */
export function isOwned(name: string): boolean {
  return owned.test(name);
}
