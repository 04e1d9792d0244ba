# Sourced by ../faas: finds and installs what the platform needs on this machine; starts and stops the Docker Engine.
# shellcheck shell=bash disable=SC2154 # root and assume_yes are the caller's

engine=         # how this run started the Docker Engine, and must stop it: systemd or dockerd; empty when it ran already
engine_pid=     # of the process that stops it
engine_file=/run/faas-engine # each ./faas that uses an engine started by ./faas holds a shared lock on it
engine_log=
engine_options=() # of a dockerd started here
for_tests=        # the tests need more than the platform does

say() { printf '%s\n' "$*" >&2; }
die() { say "faas: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
on_systemd() { [[ -d /run/systemd/system ]]; }
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # Debian's directories for servers, which are not on every user's path

# --- requirements ----------------------------------------------------------------------------------------------------

java_version() { # JAVA_HOME → major version
  if [[ -r $1/release ]]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p'
  fi
}

find_jdk() { # the first JDK 25 or later
  local home version on_path=
  has java && on_path=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*25* /usr/lib/jvm/*; do
    [[ -n $home && -x $home/bin/javac ]] || continue
    version=$(java_version "$home")
    if ((${version:-0} >= 25)); then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}

is_static() { [[ -x $1 && $(head -c 4096 "$1" | grep -c '/ld-') == 0 ]]; } # a static program has no path of a loader

docker_answers() { has docker && timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# One line for each requirement: "STATE|NAME|DESCRIPTION|DEBIAN PACKAGES"
inspect() {
  local jdk
  if jdk=$(find_jdk); then echo "ok|JDK 25|$jdk|"; else echo "missing|JDK 25||openjdk-25-jdk-headless"; fi
  if has mvn; then echo "ok|Maven|$(command -v mvn)|"; else echo "missing|Maven||maven"; fi
  if [[ -n ${FAAS_NATS_URL:-} ]]; then
    echo "ok|nats-server|FAAS_NATS_URL is set|"
  elif has nats-server; then
    echo "ok|nats-server|$(command -v nats-server)|"
  else
    echo "missing|nats-server||nats-server"
  fi
  if has docker; then echo "ok|Docker client|$(command -v docker)|"; else echo "missing|Docker client||docker-cli"; fi
  if docker_answers; then
    echo "ok|Docker Engine|answers|"
  elif [[ -n ${DOCKER_HOST:-} || -S /var/run/docker.sock ]] && ! has docker; then
    echo "unknown|Docker Engine|there is a socket, but no Docker client to try it|"
  elif [[ -n ${DOCKER_HOST:-} ]]; then
    echo "stopped|Docker Engine|DOCKER_HOST is set, but nothing answers there|"
  elif has dockerd; then
    if has iptables; then
      echo "stopped|Docker Engine|$(command -v dockerd), which does not run, or which this user may not use|"
    else
      echo "missing|Docker Engine|dockerd without iptables|iptables"
    fi
  else
    echo "missing|Docker Engine||docker.io iptables"
  fi
  if is_static /bin/busybox; then
    echo "ok|static busybox|/bin/busybox|"
  else
    echo "missing|static busybox||busybox-static"
  fi
  if has setpriv; then echo "ok|setpriv|$(command -v setpriv)|"; else echo "missing|setpriv||util-linux"; fi
  if [[ -n $for_tests ]]; then
    if has docker-registry; then
      echo "ok|docker-registry|$(command -v docker-registry)|"
    else
      echo "missing|docker-registry||docker-registry"
    fi
    # For the tests of the images, Docker Compose and swarm, on separate Docker hosts (compose/nodes).
    if docker compose version >/dev/null 2>&1; then
      echo "ok|Docker Compose|docker compose|"
    else
      echo "missing|Docker Compose||docker-compose"
    fi
    local pair
    # zsh, fish and script (a terminal for a shell): for the tests of the client's completion. tmux: a terminal to read from.
    # node and python3: for the receivers of webhooks and, with curl, the guides. promtool: for metrics and alerts. chromium: for the console.
    for pair in debootstrap:debootstrap ip:iproute2 iptables:iptables mkfs.ext4:e2fsprogs openssl:openssl zsh:zsh fish:fish script:bsdutils tmux:tmux node:nodejs python3:python3 curl:curl promtool:prometheus chromium:chromium; do
      if has "${pair%:*}"; then
        echo "ok|${pair%:*}|$(command -v "${pair%:*}")|"
      else
        echo "missing|${pair%:*}||${pair#*:}"
      fi
    done
  fi
  if has gcc && [[ -e /usr/include/stdlib.h ]]; then
    echo "ok|C compiler|$(command -v gcc)|"
  else
    echo "missing|C compiler||gcc libc6-dev"
  fi
}

# What the running Docker Engine supports, in lines like those of inspect. "limited": it works, with fewer features.
inspect_engine() {
  local answer version cgroups kernel driver backing root
  answer=$(timeout 20 docker info --format '{{.ServerVersion}}|{{.CgroupVersion}}|{{.KernelVersion}}|{{.Driver}}|{{range .DriverStatus}}{{if eq (index . 0) "Backing Filesystem"}}{{index . 1}}{{end}}{{end}}|{{.DockerRootDir}}' 2>/dev/null) || return 0
  IFS='|' read -r version cgroups kernel driver backing root <<<"$answer"

  if ((${version%%.*} >= 25)) 2>/dev/null; then
    echo "ok|Docker version|$version|"
  else
    # docker-compose.yml: start_interval of its health checks, which came with API 1.44.
    echo "old|Docker version|$version, not tried: docker compose up needs 25 or later|"
  fi

  case $cgroups in
    2)
      if later_than "$kernel" 5 19; then
        echo "ok|cgroups|v2: processor time, peak memory and OOM kills are counted|"
      else
        echo "limited|cgroups|v2 on Linux $kernel: no peakMemoryKb, which needs Linux 5.19 or later|"
      fi
      ;;
    1) echo "limited|cgroups|v1: all is counted; deprecated by Docker 29; rootless Docker ignores limits of memory, processors and processes|" ;;
    *) echo "unknown|cgroups|'$cgroups': not tried|" ;;
  esac

  local each_file="FAAS_ROOT_MB bounds each file of a container, not their sum; FAAS_DISK_FREE_MB ends what fills the disk"
  case $driver in
    overlay2)
      if [[ $backing == xfs ]] && findmnt -no OPTIONS -T "$root" 2>/dev/null | grep -qE '(^|,)(pquota|prjquota)(,|$)'; then
        echo "ok|storage|overlay2 on xfs with pquota: FAAS_ROOT_MB bounds what a container writes|"
      elif [[ $backing == xfs ]]; then
        echo "limited|storage|overlay2 on xfs without pquota: $each_file|"
      else
        echo "limited|storage|overlay2 on ${backing/extfs/ext4}, which has no quotas: $each_file|"
      fi
      ;;
    btrfs | zfs) echo "ok|storage|$driver: FAAS_ROOT_MB bounds what a container writes; not tried|" ;;
    overlayfs) echo "limited|storage|overlayfs, of the containerd image store: not tried; $each_file|" ;;
    vfs) echo "limited|storage|vfs copies the whole image for each container: slow, and the disk fills; $each_file|" ;;
    *) echo "unknown|storage|$driver: not tried; $each_file|" ;;
  esac
}

later_than() { # VERSION MAJOR MINOR: whether it is that version or a later one
  local major minor
  IFS=. read -r major minor _ <<<"$1"
  minor=${minor%%[!0-9]*}
  ((major > $2 || (major == $2 && ${minor:-0} >= $3)))
}

missing_packages() { inspect | awk -F'|' '$1 == "missing" { print $4 }' | tr ' ' '\n' | sort -u | xargs; }

doctor() {
  local state name what packages bad=0
  while IFS='|' read -r state name what packages; do
    printf '  %-8s %-15s %s\n' "$state" "$name" "${what}${packages:+${what:+; }sudo apt-get install $packages}"
    [[ $state == ok || $state == limited ]] || bad=1
  done < <(inspect && { ! docker_answers || inspect_engine; })
  for port in 8000 4000 5000; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '  %-8s %-15s %s\n' taken "port $port" "something listens there: choose another port (./faas help)"
    fi
  done
  if [[ $(id -u) != 0 ]]; then
    say "Not root: packages need sudo, and you need access to the Docker Engine (sudo usermod -aG docker $(id -un))."
  fi
  if ((bad)); then
    say "Something is missing. ./faas demo, up and test install it as root; they ask first."
  fi
  return "$bad"
}

# --- setting up ------------------------------------------------------------------------------------------------------

confirm() {
  [[ -z $assume_yes && -t 0 && -t 2 ]] || return 0
  local answer
  read -r -p "Go on? [Y/n] " answer
  [[ -z $answer || $answer == [Yy]* ]] || die "nothing was installed: run ./faas again, or install the packages yourself"
}

install_missing() {
  local packages
  packages=$(missing_packages)
  [[ -n $packages ]] || return 0
  say "Missing on this machine; Debian packages: $packages"
  has apt-get || die "this machine has no apt-get: install these another way (./faas doctor says what they are for), then try again"
  [[ $(id -u) == 0 ]] || die "only root can install packages: sudo apt-get install $packages"
  confirm
  install "$packages"
  packages=$(missing_packages) # the new Docker client may show that no Docker Engine answers
  [[ -z $packages ]] || install "$packages"
  packages=$(missing_packages)
  [[ -z $packages ]] || die "still missing after the installation: $packages; install them yourself"
}

install() { # a list of packages
  local server had=
  for server in nats-server docker-registry; do
    has "$server" && had+=" $server "
  done
  say "Installing with apt-get: $1"
  # shellcheck disable=SC2086 # a list of words
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >/dev/null
  } || die "apt-get failed: its reason is above. If it has no openjdk-25-jdk-headless, put any JDK 25 under /usr/lib/jvm or into JAVA_HOME"
  hash -r
  on_systemd || return 0
  for server in nats-server docker-registry; do
    if [[ $had != *" $server "* ]] && has "$server"; then
      say "Debian starts $server as a service that anyone can connect to: disabled, because ./faas starts its own."
      systemctl disable --now --quiet "$server"
    fi
  done
}

# Holds the shared lock by descriptor 7, until this run and all its children end. Waits while the engine is being stopped.
share_engine() {
  exec 7<"$engine_file"
  flock -s 7
}

# Stops the engine when the last run that uses it has ended, also when that run was killed.
# shellcheck disable=SC2016 # another shell's
keep_engine='
  file=$1 how=$2; shift 2
  if [[ $how == systemd ]]; then
    flock -x "$file" systemctl stop docker.socket docker.service
    exit
  fi
  setpriv --pdeathsig TERM -- dockerd "$@" &
  dockerd=$!
  {
    flock -x 7
    kill -TERM "$dockerd"
    timeout 30 tail -s 0.2 --pid="$dockerd" -f /dev/null || kill -KILL "$dockerd"
  } 7<"$file" &
  wait "$dockerd"
  kill $! 2>/dev/null'

start_engine() {
  [[ ! -r $engine_file ]] || share_engine
  docker_answers && return 0
  [[ -z ${DOCKER_HOST:-} ]] || die "nothing answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST"
  if [[ $(id -u) != 0 ]]; then
    die "the Docker Engine does not answer. If it does not run: sudo systemctl start docker (or sudo dockerd &).
      If it runs, you may not use it: sudo usermod -aG docker $(id -un), and log in again."
  fi
  : >>"$engine_file"
  share_engine
  trap stop_engine EXIT
  if on_systemd; then
    say "Starting the Docker Engine (systemctl start docker); it will be stopped at the end."
    engine=systemd
  else
    say "Starting the Docker Engine (dockerd); it will be stopped at the end."
    engine=dockerd
  fi
  engine_log=$(mktemp "${TMPDIR:-/tmp}/faas-dockerd.XXXXXX")
  # In its own session, so that Ctrl-C does not reach it: the platform removes its containers before the engine stops.
  setsid bash -c "$keep_engine" keep-engine "$engine_file" "$engine" "${engine_options[@]}" 7<&- >"$engine_log" 2>&1 </dev/null &
  engine_pid=$!
  if [[ $engine == systemd ]]; then
    systemctl start docker || die "systemctl start docker failed: journalctl -u docker says why"
  fi
  local deadline=$((SECONDS + 60))
  until docker_answers; do
    if ! kill -0 "$engine_pid" 2>/dev/null; then
      tail -n 15 "$engine_log" >&2
      die "dockerd ended: the end of its log is above"
    fi
    ((SECONDS < deadline)) || die "the Docker Engine does not answer after 60 s: $(tail -n 3 "$engine_log")"
    sleep 0.2
  done
}

# Called at exit.
stop_engine() {
  trap - EXIT
  exec 7<&-
  while kill -0 "$engine_pid" 2>/dev/null; do
    if ! flock -n -x "$engine_file" true && flock -n -s "$engine_file" true; then
      say "Another ./faas uses the Docker Engine that this one started: it will be stopped when that one ends."
      break
    fi
    sleep 0.1
  done
  rm -f "$engine_log"
}
