# What pip says while it installs, as a few steps: `make run` would be silent for a minute.
/^Collecting / { n += 1; if (n % 10 == 0) say("  " n " of about " total " packages are here") }
/^Installing collected packages/ { say("  Unpacking them, about 20 seconds") }
/^Successfully installed/ { say("  Installed") }
function say(words) { print words; fflush() }
