#!/bin/sh
# The token goes with `dpkg --purge`. The ledger stays: it knows who was invited, and without it they might be again.
set -e
if [ "$1" = purge ]; then
	rm -f "$DPKG_ROOT/etc/rollcall/pat" "$DPKG_ROOT/etc/rollcall/notify"
	if [ -d "$DPKG_ROOT/var/lib/rollcall" ]; then
		echo "rollcall: /var/lib/rollcall stays: its ledger knows who was invited. Remove it if nobody needs that any more."
	fi
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
