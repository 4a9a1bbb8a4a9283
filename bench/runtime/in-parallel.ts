/** Does a piece of work for each number below `count`, at most `width` of them at a time. */
export async function inParallel(
  { count, width }: { count: number; width: number },
  work: (index: number) => Promise<void>,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index).values();
  const worker = async (): Promise<void> => {
    for (const index of numbers) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(count, width) }, worker));
}
