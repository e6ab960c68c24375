# What the scripts of this folder share, for bash that sources it in a cluster's folder: programs that it starts run there, and `pid` and `log` name them.
# `within` is what leads into the network (and the mounts) of what is started; `dir` is the folder, `server` the API server.

start() { # name command...
  local name=$1; shift
  nohup "${within[@]}" "$@" > "log/$name.log" 2>&1 < /dev/null & echo $! > "pid/$name"
}

until_ok() { # seconds name command...; gives up at once where the program of that name has ended
  local end=$((SECONDS + $1)) name=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ] || { [ -f "pid/$name" ] && ! kill -0 "$(cat "pid/$name")" 2>/dev/null; }; then
      tail -n 5 "log/$name.log" >&2 2>/dev/null
      echo "$name is not ready; see $dir/log" >&2
      exit 4
    fi
    sleep 0.1
  done
}

api() { curl -fsS --cacert pki/ca.crt --cert pki/admin.crt --key pki/admin.key "$server$1"; } # path

is_ours() { # pid; a number can have passed to another program since, but every program of ours runs in the folder
  [ ! -d /proc/self ] || [ "$(readlink "/proc/$1/cwd")" = "$dir" ]
}

runs() { # pid; one that has ended can stay listed for as long as nobody asks what became of it
  [[ $(ps -o stat= -p "$1") == [!Z]* ]]
}

stop() { # names; at once, since nothing of the cluster is kept
  local name pid
  for name in "$@"; do
    pid=$(cat "$dir/pid/$name" 2>/dev/null) && is_ours "$pid" || continue
    kill -9 "$pid" 2>/dev/null
    for _ in $(seq 50); do runs "$pid" || break; sleep 0.05; done
  done
}

stop_node() { # folder of a node, what the names of its programs end in
  local socket=$1/containerd/containerd.sock task pid
  stop "kubelet$2" "kube-proxy$2"
  if [ -S "$socket" ]; then
    for task in $(ctr -a "$socket" -n k8s.io tasks ls -q 2>/dev/null); do
      ctr -a "$socket" -n k8s.io tasks rm -f "$task" >/dev/null 2>&1
    done
  fi
  stop "containerd$2"
  for pid in $(pgrep -f "containerd-shim.*-address $socket"); do kill -9 "$pid" 2>/dev/null; done
}
