//! What kube-rs makes of the end of each stream. Each is followed as people write it, all at once, and each line that is printed names it:
//! `exec: started`, and then what came of it.

use futures::{AsyncBufReadExt, Future, StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::{
    Api, Client, ResourceExt,
    api::{AttachParams, AttachedProcess, LogParams, WatchEvent, WatchParams},
    runtime::{WatchStreamExt, watcher},
};
use tokio::io::{AsyncRead, AsyncReadExt};

const TICKING: &str = "ticks";
const WATCHED: &str = "watched=yes";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

pub async fn ends(client: Client, namespace: &str) -> Outcome<()> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client, namespace);
    futures::join!(
        told("exec", exec(pods.clone())),
        told("attach", attach(pods.clone())),
        told("log", log(pods.clone())),
        told("watch", watch(maps.clone())),
        told("watcher", follow(maps.clone())),
        told("forward", forward(pods.clone())),
    );
    futures::future::pending().await
}

async fn told(kind: &str, work: impl Future<Output = Outcome<String>>) {
    match work.await {
        Ok(words) => println!("{kind}: {words}"),
        Err(error) => println!("{kind}: error, {error}"),
    }
    println!("{kind}: over");
}

/// Reads to the end, and says once that something came.
async fn drain(kind: &str, mut stream: impl AsyncRead + Unpin) -> std::io::Result<()> {
    let mut bytes = [0; 4096];
    let mut is_started = false;
    while stream.read(&mut bytes).await? > 0 {
        if !is_started {
            println!("{kind}: started");
        }
        is_started = true;
    }
    Ok(())
}

async fn ended(kind: &str, mut process: AttachedProcess) -> Outcome<String> {
    let status = process.take_status().ok_or("no status")?;
    drain(kind, process.stdout().ok_or("no stdout")?).await?;
    let status = match status.await {
        Some(status) => format!(
            "{} {}: {}",
            status.status.unwrap_or_default(),
            status.reason.unwrap_or_default(),
            status.message.unwrap_or_default()
        ),
        None => "none".into(),
    };
    let joined = match process.join().await {
        Ok(()) => "without an error".into(),
        Err(error) => format!("with {error}"),
    };
    Ok(format!("status {status}; join returns {joined}"))
}

async fn exec(pods: Api<Pod>) -> Outcome<String> {
    let command = ["sh", "-c", "while true; do echo tick; sleep 1; done"];
    ended("exec", pods.exec(TICKING, command, &AttachParams::default().stderr(false)).await?).await
}

async fn attach(pods: Api<Pod>) -> Outcome<String> {
    ended("attach", pods.attach(TICKING, &AttachParams::default().stderr(false)).await?).await
}

async fn log(pods: Api<Pod>) -> Outcome<String> {
    let parameters = LogParams {
        follow: true,
        ..LogParams::default()
    };
    let mut lines = pods.log_stream(TICKING, &parameters).await?.lines();
    let mut is_started = false;
    while lines.try_next().await?.is_some() {
        if !is_started {
            println!("log: started");
        }
        is_started = true;
    }
    Ok("the stream ends as a log does".into())
}

async fn watch(maps: Api<ConfigMap>) -> Outcome<String> {
    let mut events = Box::pin(maps.watch(&WatchParams::default().labels(WATCHED), "0").await?);
    while let Some(event) = events.try_next().await? {
        match event {
            WatchEvent::Added(map) | WatchEvent::Modified(map) => println!("watch: told {}", map.name_any()),
            WatchEvent::Error(status) => println!("watch: told ERROR {}: {}", status.code, status.message),
            _ => {}
        }
    }
    Ok("the stream ends".into())
}

async fn follow(maps: Api<ConfigMap>) -> Outcome<String> {
    let mut events = Box::pin(watcher(maps, watcher::Config::default().labels(WATCHED)).default_backoff());
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::InitApply(map) | watcher::Event::Apply(map)) => println!("watcher: told {}", map.name_any()),
            Err(error) => println!("watcher: error, {error}"),
            _ => {}
        }
    }
    Ok("the stream ends".into())
}

async fn forward(pods: Api<Pod>) -> Outcome<String> {
    let mut forwarder = pods.portforward(TICKING, &[7777]).await?;
    let error = forwarder.take_error(7777).ok_or("no error channel")?;
    drain("forward", forwarder.take_stream(7777).ok_or("no stream")?).await?;
    let said = error.await.unwrap_or_else(|| "nothing".into());
    let joined = match forwarder.join().await {
        Ok(()) => "without an error".into(),
        Err(error) => format!("with {error}"),
    };
    Ok(format!("the connection ends, its error channel says {said}; join returns {joined}"))
}
