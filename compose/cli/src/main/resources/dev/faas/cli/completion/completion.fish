# Completion of faas for fish. The program itself says what can follow.
function __faas_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    for line in ($words[1] __complete -- $words[2..] "$last" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$last"
        else
            echo $line
        end
    end
end
complete -c faas -e
complete -c faas -f -k -a '(__faas_complete)'
