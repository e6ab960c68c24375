//! A program as people write them on kube-rs: `kube-rs objects|watch|controller|streams|errors|ends NAMESPACE`,
//! `kube-rs answers NAMESPACE NAME`. Each subcommand prints what
//! came of it in a way that a second run prints again.

mod answers;
mod ends;

use std::{sync::Arc, time::Duration};

use futures::{AsyncBufReadExt, StreamExt, TryStreamExt, channel::mpsc};
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Pod},
};
use kube::{
    Api, Client, ResourceExt,
    api::{AttachParams, DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams},
    runtime::{
        controller::{Action, Controller},
        finalizer::{Event, finalizer},
        watcher,
    },
};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let args: Vec<String> = std::env::args().collect();
    if let [_, command, namespace, who] = args.as_slice()
        && command == "answers"
    {
        answers::answers(Client::try_default().await?, namespace, who).await;
        return Ok(());
    }
    let [_, command, namespace] = args.as_slice() else {
        return Err("usage: kube-rs objects|watch|controller|streams|errors|ends NAMESPACE, or kube-rs answers NAMESPACE NAME".into());
    };
    let client = Client::try_default().await?;
    if command == "ends" {
        return ends::ends(client, namespace).await;
    }
    let work = async {
        match command.as_str() {
            "objects" => objects(client, namespace).await,
            "watch" => watch(client, namespace).await,
            "controller" => controller(client, namespace).await,
            "streams" => streams(client, namespace).await,
            "errors" => errors(client, namespace).await,
            _ => Err("no such command".into()),
        }
    };
    tokio::time::timeout(Duration::from_secs(150), work).await?
}

fn config_map(name: &str, made_by: &str) -> ConfigMap {
    serde_json::from_value(json!({
        "metadata": {"name": name, "labels": {"made-by": made_by}},
        "data": {"a": "1"},
    }))
    .expect("it is one")
}

/// Walks one ConfigMap through the verbs and the forms of a patch, and reads a scale.
async fn objects(client: Client, namespace: &str) -> Outcome {
    let server = client.apiserver_version().await?;
    println!("server {}.{}", server.major, server.minor);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let made = maps.create(&PostParams::default(), &config_map("kube-rs", "kube-rs")).await?;
    println!("created {:?}", made.data);
    let mut changed = made.clone();
    changed.data.get_or_insert_default().insert("b".into(), "2".into());
    println!(
        "replaced {:?}",
        maps.replace("kube-rs", &PostParams::default(), &changed).await?.data
    );
    let stale = maps.replace("kube-rs", &PostParams::default(), &made).await;
    println!(
        "stale {}",
        matches!(&stale, Err(kube::Error::Api(status)) if status.code == 409)
    );
    let plain = PatchParams::default();
    println!(
        "merged {:?}",
        maps.patch("kube-rs", &plain, &Patch::Merge(json!({"data": {"a": null}})))
            .await?
            .data
    );
    println!(
        "strategic {:?}",
        maps.patch("kube-rs", &plain, &Patch::Strategic(json!({"data": {"c": "3"}})))
            .await?
            .data
    );
    let applied = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"d": "4"}});
    println!(
        "applied {:?}",
        maps.patch("kube-rs", &PatchParams::apply("kube-rs").force(), &Patch::Apply(applied))
            .await?
            .data
    );
    let meta = maps.get_metadata("kube-rs").await?;
    println!("metadata {:?} {:?}", meta.types, meta.labels());
    let parameters = ListParams::default().labels("made-by=kube-rs").limit(1);
    println!(
        "listed {:?}",
        maps.list(&parameters)
            .await?
            .items
            .iter()
            .map(ResourceExt::name_any)
            .collect::<Vec<_>>()
    );
    let deployments: Api<Deployment> = Api::namespaced(client, namespace);
    println!("scale {:?}", deployments.get_scale("app").await?.spec);
    println!(
        "deleted {}",
        maps.delete("kube-rs", &DeleteParams::default()).await?.is_right()
    );
    println!("missing {}", maps.get_opt("kube-rs").await?.is_none());
    Ok(())
}

/// A watch that lists first by pages, and one that streams its list.
async fn watch(client: Client, namespace: &str) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client, namespace);
    for (name, config) in [
        ("paged", watcher::Config::default().page_size(2)),
        ("streamed", watcher::Config::default().streaming_lists()),
    ] {
        maps.create(&PostParams::default(), &config_map(name, name)).await?;
        let mut events = Box::pin(watcher(maps.clone(), config.labels(&format!("made-by={name}"))));
        while let Some(event) = events.try_next().await? {
            match event {
                watcher::Event::Init => println!("{name}: init"),
                watcher::Event::InitApply(found) => println!("{name}: found {}", found.name_any()),
                watcher::Event::InitDone => {
                    println!("{name}: initial list done");
                    maps.patch(name, &PatchParams::default(), &Patch::Merge(json!({"data": {"b": "2"}})))
                        .await?;
                }
                watcher::Event::Apply(found) => {
                    println!("{name}: applied {:?}", found.data);
                    maps.delete(name, &DeleteParams::default()).await?;
                }
                watcher::Event::Delete(found) => {
                    println!("{name}: deleted {}", found.name_any());
                    break;
                }
            }
        }
    }
    Ok(())
}

/// An operator with a finalizer, which sees one object through its life.
async fn controller(client: Client, namespace: &str) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client, namespace);
    let (tell, mut told) = mpsc::unbounded::<String>();
    let reconcile = |object: Arc<ConfigMap>, context: Arc<(Api<ConfigMap>, mpsc::UnboundedSender<String>)>| async move {
        let tell = context.1.clone();
        finalizer(&context.0, "example.test/finalizer", object, |event| async move {
            let word = match &event {
                Event::Apply(object) => format!("apply {}", object.name_any()),
                Event::Cleanup(object) => format!("clean up {}", object.name_any()),
            };
            tell.unbounded_send(word).map(|()| Action::await_change())
        })
        .await
    };
    let run = Controller::new(maps.clone(), watcher::Config::default().labels("made-by=kube-rs-controller"))
        .run(
            reconcile,
            |_, _, _| Action::requeue(Duration::from_millis(200)),
            Arc::new((maps.clone(), tell)),
        )
        .for_each(|_| async {});
    let drive = async {
        maps.create(&PostParams::default(), &config_map("of-controller", "kube-rs-controller"))
            .await?;
        println!("{:?}", told.next().await);
        maps.delete("of-controller", &DeleteParams::default()).await?;
        loop {
            let word = told.next().await.unwrap_or_default();
            if word.starts_with("clean up") {
                println!("{word}");
                break;
            }
        }
        while maps.get_opt("of-controller").await?.is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        println!("gone");
        Ok(())
    };
    tokio::select! { () = run => Err("the controller ended".into()), outcome = drive => outcome }
}

/// An exec with an exit code, one with standard input, a log that is followed line by line, and a port-forward.
async fn streams(client: Client, namespace: &str) -> Outcome {
    let pods: Api<Pod> = Api::namespaced(client, namespace);
    let mut process = pods
        .exec(
            "web",
            ["sh", "-c", "echo out; echo err >&2; exit 3"],
            &AttachParams::default().stderr(true),
        )
        .await?;
    let status = process.take_status().ok_or("no status")?;
    let (mut out, mut err) = (String::new(), String::new());
    let (mut stdout, mut stderr) = (process.stdout().ok_or("no stdout")?, process.stderr().ok_or("no stderr")?);
    tokio::try_join!(stdout.read_to_string(&mut out), stderr.read_to_string(&mut err))?;
    let status = status.await.ok_or("no status came")?;
    println!(
        "exec {out:?} {err:?} {:?} {:?} {:?}",
        status.status,
        status.reason,
        status.details.and_then(|details| details.causes)
    );
    let mut process = pods
        .exec("web", ["head", "-n", "1"], &AttachParams::default().stdin(true).stderr(false))
        .await?;
    process.stdin().ok_or("no stdin")?.write_all(b"typed\n").await?;
    let mut out = String::new();
    process.stdout().ok_or("no stdout")?.read_to_string(&mut out).await?;
    println!("typed {out:?}");
    let mut lines = pods
        .log_stream(
            "lines",
            &LogParams {
                follow: true,
                ..LogParams::default()
            },
        )
        .await?
        .lines();
    for _ in 0..3 {
        println!("log {:?}", lines.try_next().await?);
    }
    let mut forwarder = pods.portforward("web", &[8080]).await?;
    let mut port = forwarder.take_stream(8080).ok_or("no stream")?;
    port.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    let mut answer = String::new();
    port.read_to_string(&mut answer).await?;
    println!("forwarded {:?}", answer.lines().next_back());
    Ok(())
}

/// What refusals and failures look like.
async fn errors(client: Client, namespace: &str) -> Outcome {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let nodes: Api<k8s_openapi::api::core::v1::Node> = Api::all(client);
    let attempts = [
        maps.get("missing").await.map(drop),
        maps.create(&PostParams::default(), &config_map("Not_A_Name", "nobody"))
            .await
            .map(drop),
        maps.delete("missing", &DeleteParams::default()).await.map(drop),
        nodes.delete("missing", &DeleteParams::default()).await.map(drop),
    ];
    for attempt in attempts {
        println!("{:?}", attempt.err().map(|error| error.to_string()));
    }
    Ok(())
}
