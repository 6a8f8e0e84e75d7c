# nestune.bash - completion for autotune and nestune in bash: the programs say themselves what a word may become
# SPDX-License-Identifier: MIT
_nestune() {
    local IFS=$'\n'
    # shellcheck disable=SC2207
    COMPREPLY=($("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
# -o default: names of files, where the program offers nothing
complete -o default -F _nestune autotune nestune
