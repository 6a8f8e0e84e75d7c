# nestune.fish - completion for autotune and nestune in fish: the programs say themselves what a word may become
# SPDX-License-Identifier: MIT
function __nestune_offered
    set -l words (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    $words[1] --complete $words[2..-1] 2>/dev/null
end
complete -c autotune -a '(__nestune_offered)'
complete -c nestune -a '(__nestune_offered)'
