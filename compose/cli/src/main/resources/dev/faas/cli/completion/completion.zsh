#compdef faas
# Completion of faas for zsh. The program itself says what can follow.
_faas() {
  local -a candidates
  local line word description files
  for line in "${(@f)$("${words[1]}" __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      files=yes
    elif [[ -n $line ]]; then
      word=${line%%$'\t'*} description=
      [[ $line != *$'\t'* ]] || description=:${line#*$'\t'}
      candidates+=("${word//:/\\:}$description")
    fi
  done
  (( $#candidates )) && _describe -V 'faas' candidates
  [[ -z $files ]] || _files
}
if [[ $funcstack[1] == _faas ]]; then
  _faas "$@"
else
  compdef _faas faas
fi
