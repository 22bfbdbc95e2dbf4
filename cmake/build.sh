# shellcheck shell=bash
# What tests/run, samples/run and cmake/matrix have in common. They source it with command_name set,
# for messages. Sourcing it makes the top directory of the checkout the current one.

unset CDPATH
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit

fail() {
  echo "${command_name:?}: $*" >&2
  exit 1
}

heading() {
  printf '\n== %s\n' "$*"
}

# install_dependencies [OPTION...]
install_dependencies() {
  heading "Installing what is missing"
  cmake/install-dependencies "$@"
}

# configure PRESET
configure() {
  local known
  known=$(ctest --list-presets | sed -n 's/^ *"\([^"]*\)".*/\1/p')
  if ! grep --quiet --line-regexp --fixed-strings -e "$1" <<<"$known"; then
    fail "there is no preset '$1'; choose one of: ${known//$'\n'/ }"
  fi
  heading "Configuring (preset $1)"
  cmake --preset "$1" || fail "preset $1 could not be configured; what CMake printed says why"
}

# build PRESET [TARGET...]: without targets, all of them.
build() {
  local preset=$1 targets=("${@:2}")
  local command=(cmake --build --preset "$preset" --parallel "$(nproc)")
  if ((${#targets[@]})); then command+=(--target "${targets[@]}"); fi
  heading "Building ${targets[*]:-everything} (preset $preset)"
  if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then
    "${command[@]}"
  else
    NINJA_STATUS='[%f/%t] ' "${command[@]}" 2>&1 | thin_out_progress
  fi || fail "the build failed; the compiler's messages are above"
}

# Where ninja cannot rewrite one line it prints one for each file: lets those through which pass
# another tenth of the way, and all that is no progress.
thin_out_progress() {
  local line tenth=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]]; then
      ((10 * BASH_REMATCH[1] / BASH_REMATCH[2] > tenth)) || continue
      tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    fi
    printf '%s\n' "$line"
  done
}

# run_ctest PRESET [ARGUMENT...]: ends the script with ctest's summary and exit status, or with an
# error when a process of the tests is left.
run_ctest() {
  heading "Testing (preset $1)"
  exec python3 tests/leave_nothing.py ctest --preset "$1" --parallel "$(nproc)" "${@:2}"
}
