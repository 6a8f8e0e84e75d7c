#compdef autotune nestune
# nestune.zsh - completion for autotune and nestune in zsh: the programs say themselves what a word may become
# SPDX-License-Identifier: MIT
local -a offered
offered=("${(@f)$("${(Q)words[1]}" --complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
if [[ -n $offered ]]; then
    compadd -- $offered
else
    _files
fi
