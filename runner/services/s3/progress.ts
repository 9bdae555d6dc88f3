/** Gives a function to call after each object: it prints a line each twentieth of the total, or each thousand when it is not known. */
export function progress(total: number | undefined): () => void {
  const step = total === undefined ? 1000 : Math.max(1, Math.ceil(total / 20));
  let done = 0;
  return () => {
    done++;
    if (done % step === 0 || done === total)
      console.log(total === undefined ? `${done}` : `${done}/${total}`);
  };
}
