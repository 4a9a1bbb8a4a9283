// A script for the bootstrap's test: says when it is up, counts SIGTERMs, ends when stdin says so.

let count = 0;
process.on("SIGTERM", () => {
  count += 1;
  console.log(`SIGTERM ${count}`);
});
const seconds = setInterval(() => {}, 1_000);
process.on("SIGINT", () => {
  clearInterval(seconds);
  process.exitCode = 7;
});
console.log(`up ${process.pid} ${process.argv.slice(2).join(" ")}`);
