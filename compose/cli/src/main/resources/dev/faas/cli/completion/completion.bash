# Completion of faas for bash. The program itself says what can follow.
_faas() {
  # COMP_WORDS is split at "=" and ":", too, so the line is split again.
  local line=${COMP_LINE:0:COMP_POINT} words candidate description
  read -ra words <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=("")
  local last=${words[-1]}
  # Readline replaces only what stands behind the last of its separators.
  local kept=${last%"${last##*[=:@]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate description; do
    if [[ $candidate == :files ]]; then
      compopt -o default
    else
      COMPREPLY+=("${candidate#"$kept"}")
    fi
  done < <("$1" __complete -- "${words[@]:1}" 2>/dev/null)
}
complete -o nosort -F _faas faas
