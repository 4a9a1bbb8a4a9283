// Loaded before every script that the bootstrap starts: ends the script, as SIGTERM does, when the
// bootstrap is gone.

if (process.channel !== undefined) {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // The channel alone is no reason to go on.
  process.channel?.unref();
}
