#!/bin/sh
# The browser tests drive Chromium. On Debian or Ubuntu, root gets it from apt; anyone else is told what to install.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium from apt ..."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "The browser tests need Chromium: install it (on Debian or Ubuntu: sudo apt-get install chromium), then run make test again." >&2
exit 1
