# Runs a task's program as a stranger on this machine; see isolation.ts. It is the first process of a PID and a mount namespace of its own, in
# which it is root. What the program must not see is covered by empty file systems, in which only what it needs stands again. The program itself
# runs without capabilities, as a user that owns nothing but its home (on a machine where the platform is root), or as the person's own user in
# a user namespace below, from where no cover can be lifted.
# When the pipe on descriptor 0 closes (the platform stops it, or is gone), the program gets SIGTERM, and SIGKILL after `steps` steps of 0.2 s.
set -eu
mode=$1 uid=$2 gid=$3 steps=$4 state=$5 task=$6 root=$7 home=$8 visible=$9 npm_cache=${10}
shift 10
# The platform's keeps its files from others; folders on the way to what is visible must let the task's user through.
umask 022
exec 3<&0 </dev/null

stage=$task/.stage
mkdir -p "$stage"

# Without its notes in /run/mount, which an ordinary user may not write.
mount() {
  command mount -n "$@"
}

# Puts an empty file system over folder $1 in which the folders $2… stand again, the first one writable when it is the task's.
cover() {
  covered=$1
  shift
  mount -t tmpfs -o mode=755,size=16m tmpfs "$stage"
  for kept; do
    case $kept in
      "$covered"/*) ;;
      *) continue ;;
    esac
    [ -d "$kept" ] || continue
    place=$stage${kept#"$covered"}
    mkdir -p "$place"
    mount --rbind "$kept" "$place"
    [ "$kept" = "$task" ] || [ "$kept" = "$state" ] || readonly_mount "$place"
  done
  mount --move "$stage" "$covered"
}

readonly_mount() {
  mount -o remount,bind,ro "$1" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$1"
}

# npm's cache of the person: read through, written beside. Where that cannot be, the task has one of its own.
mkdir -p "$task/.npm"
if [ "$mode" = user ] && [ -n "$npm_cache" ] && [ -d "$npm_cache" ]; then
  mkdir -p "$task/.npm-new/upper" "$task/.npm-new/work"
  mount -t overlay -o "lowerdir=$npm_cache,upperdir=$task/.npm-new/upper,workdir=$task/.npm-new/work,userxattr" \
    overlay "$task/.npm" 2>/dev/null || :
fi

[ ! -e "$root/.env" ] || mount --bind /dev/null "$root/.env"
cover "$state" "$task"
[ "$root/.local" = "$state" ] || [ ! -d "$root/.local" ] || cover "$root/.local" "$state"
case $root in
  "$home"/*) ;;
  *)
    mount --rbind "$root" "$root"
    readonly_mount "$root"
    ;;
esac
IFS=:
# shellcheck disable=SC2086 # The folders are separated by colons.
[ ! -d "$home" ] || cover "$home" "$root" "$state" $visible
unset IFS
for folder in "/run/user/$uid" /tmp/ssh-*; do
  [ ! -d "$folder" ] || mount -t tmpfs -o mode=700,size=1m tmpfs "$folder"
done
for socket in /run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock; do
  [ ! -e "$socket" ] || mount --bind /dev/null "$socket"
done

if [ "$mode" = root ]; then
  { cat /etc/passwd; echo "server:x:$uid:$gid::$task:/bin/sh"; } >"$task/.passwd"
  mount --bind "$task/.passwd" /etc/passwd
  chown "$uid:$gid" "$task" "$task/tmp" "$task/.npm"
  set -- setpriv --reuid="$uid" --regid="$gid" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
else
  set -- unshare --user --map-user="$uid" --map-group="$gid" \
    setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
fi

cd "$task"
"$@" 3<&- &
program=$!
(
  read -r _ <&3 || :
  kill -TERM "$program" 2>/dev/null || exit 0
  while kill -0 "$program" 2>/dev/null && [ "$steps" -gt 0 ]; do
    sleep 0.2
    steps=$((steps - 1))
  done
  kill -KILL "$program" 2>/dev/null || :
) &
exec 3<&-
status=0
wait "$program" || status=$?
exit "$status"
