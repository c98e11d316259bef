#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: install-settings.sh FOLDER FILE...   (from `meson install`)
# Installs settings where there are none yet; what an administrator wrote stays.
set -eu
folder=${DESTDIR:-}$1
shift
mkdir -p "$folder"
for file in "$@"; do
    target=$folder/${file##*/}
    if [ -e "$target" ]; then
        echo "Keeping $target"
    else
        echo "Installing $target"
        install -m 644 "$file" "$target"
    fi
done
