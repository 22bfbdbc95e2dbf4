# shellcheck shell=bash
# Installs real servers for the tests, on Debian and Ubuntu, without any of them being started on this
# machine: now, or when it boots. Sourced by install-dependencies, whose functions it uses.

# A service is started by an installation only if this program does not say no with 101.
readonly policy=/usr/sbin/policy-rc.d
readonly policy_marker='# Made by install-dependencies of Tether for the time of an installation.'
# Says that each installation of PostgreSQL comes with a cluster, which would be started.
readonly cluster_config=/etc/postgresql-common/createcluster.conf
readonly aside=.before-tether

# has_server PACKAGE: whether the program is there, from whatever package.
has_server() {
  case $1 in
    iproute2) PATH=$PATH:/usr/sbin:/sbin type -P ip ;;
    procps) type -P ps ;;
    openssh-server) PATH=$PATH:/usr/sbin type -P sshd ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' || PATH=$PATH:/usr/sbin type -P initdb ;;
    *) PATH=$PATH:/usr/sbin type -P "$1" ;;
  esac >/dev/null
}

forbid_services() {
  if [[ -e $policy ]] && ! grep --quiet --fixed-strings "$policy_marker" "$policy"; then
    "${as_root[@]}" mv --no-target-directory "$policy" "$policy$aside" || return
  fi
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_marker" |
    "${as_root[@]}" install --mode=755 /dev/stdin "$policy"
}

allow_services() {
  if [[ -e $policy$aside ]]; then
    "${as_root[@]}" mv --no-target-directory "$policy$aside" "$policy"
  elif grep --quiet --fixed-strings "$policy_marker" "$policy" 2>/dev/null; then
    "${as_root[@]}" rm "$policy"
  fi
}

forbid_clusters() {
  apt_get_install postgresql-common || return
  if [[ ! -e $cluster_config$aside ]]; then
    "${as_root[@]}" cp --preserve "$cluster_config" "$cluster_config$aside" || return
  fi
  "${as_root[@]}" pg_conftool "$cluster_config" set create_main_cluster off
}

allow_clusters() {
  [[ ! -e $cluster_config$aside ]] ||
    "${as_root[@]}" mv --no-target-directory "$cluster_config$aside" "$cluster_config"
}

# Also undoes what an earlier run left that was killed.
undo_what_was_forbidden() {
  allow_clusters
  allow_services
}

# install_server PACKAGE
install_server() {
  if [[ $1 == postgresql ]]; then forbid_clusters || return; fi
  apt_get_install "$1" || return
  # What was just installed starts with the machine, unless it is told otherwise.
  local service=$1
  if [[ $1 == openssh-server ]]; then service=ssh; fi
  "${as_root[@]}" systemctl --quiet disable "$service.service" >/dev/null 2>&1 || true
  "${as_root[@]}" systemctl --quiet disable "$service.socket" >/dev/null 2>&1 || true
  "${as_root[@]}" update-rc.d "$service" disable >/dev/null 2>&1 || true
}

# install_servers PACKAGE...: the tests with a server that cannot be had are skipped, so that is no
# failure; but it is told.
install_servers() {
  local package signal missing=() failed=()
  for package in "$@"; do
    has_server "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    echo "All servers for the tests are installed."
    return
  fi
  echo "Installing ${missing[*]} for the tests, without starting them"
  (
    find_root "${missing[@]}"
    trap undo_what_was_forbidden EXIT
    for signal in HUP INT TERM; do
      # By the signal itself, so that the script, which got it too, does not go on (man bash, SIGNALS).
      trap "undo_what_was_forbidden; trap - EXIT $signal; kill -$signal \$BASHPID" "$signal"
    done
    forbid_services || exit
    apt_get_update
    status=0
    for package in "${missing[@]}"; do
      install_server "$package" || status=1
    done
    exit "$status"
  ) || true
  for package in "${missing[@]}"; do
    has_server "$package" || failed+=("$package")
  done
  if ((${#failed[@]})); then
    echo "install-dependencies: WARNING: could not install ${failed[*]} (see above);" \
      "the tests that need them are SKIPPED" >&2
  fi
}
