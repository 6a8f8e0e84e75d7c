#!/usr/bin/env bash
# completion.sh - what the shells offer while somebody types autotune or nestune
# SPDX-License-Identifier: MIT
#
# completion.sh SOURCE PROGRAMS           SOURCE is nestune's folder, PROGRAMS that of autotune and nestune
set -uo pipefail
completion=$1/autotune/completion
PATH=$2:$PATH
failed=0

fail() {
    echo "$*" >&2
    failed=1
}

# shellcheck source-path=SCRIPTDIR source=../autotune/completion/nestune.bash
source "$completion/nestune.bash"
complete -p autotune nestune >/dev/null || fail 'bash: the functions are not registered'

# offers "WORDS" "OFFERED": in bash, where the last of the words is being typed; "name=" is three words there.
offers() {
    COMP_WORDS=()
    local word
    while IFS= read -r word; do COMP_WORDS+=("$word"); done < <(tr '|' '\n' <<<"$1")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _nestune
    [ "${COMPREPLY[*]}" = "$2" ] || fail "$1: offered are '${COMPREPLY[*]}' in place of '$2'"
}
offers 'autotune|st' 'study'
offers 'autotune|--v' '--version'
offers 'nestune|p' 'pi primes'
offers 'autotune|run|--st' '--strategy --stop-at'
offers 'autotune|run|squ' 'square'
offers 'autotune|run|mathop|squ' 'square'
offers 'autotune|run|--effort|' 'quick normal thorough exhaustive'
offers 'autotune|run|--effort|=|no' 'normal'
offers 'autotune|run|--effort|=' 'quick normal thorough exhaustive'
offers 'autotune|run|-e|t' 'thorough'
offers 'autotune|study|--dtype|' 'f32 f64'
offers 'autotune|export|--format|csv' 'csv'
offers 'autotune|run|--out|' ''      # names of files: the shell's
offers 'autotune|run|--budget|1' ''  # a number
offers 'autotune|nothing|' ''
offers 'nestune|apply|mat' 'mathop'
offers 'nestune|apply|mathop|' ''
offers 'nestune|primes|--li' '--list'
offers 'autotune|list|-' '--kernel --json --help'
COMP_WORDS=(autotune '') COMP_CWORD=1
_nestune
for word in "${COMPREPLY[@]}"; do
    case $word in
    -*) ;;
    *) autotune "$word" --help >/dev/null || fail "autotune $word is offered, but is no command" ;;
    esac
done

if command -v zsh >/dev/null; then
    zsh -n "$completion/nestune.zsh" || fail 'zsh refuses nestune.zsh'
fi
if command -v fish >/dev/null; then
    offered=$(fish --no-config -c "source '$completion/nestune.fish'; complete -C 'autotune run --effort no'" 2>&1)
    [ "$offered" = normal ] || fail "fish offers '$offered' in place of 'normal'"
fi
exit $failed
