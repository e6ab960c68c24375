//! What kube-rs makes of a no and of a wait. Each thing is asked for as people write it, all at once, and each line that is printed names it:
//! `create: done`, or the error.

use futures::{Future, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Service};
use kube::{
    Api, Client,
    api::{AttachParams, DeleteParams, PostParams, WatchParams},
};
use tokio::io::AsyncReadExt;

type Asked = Result<(), Box<dyn std::error::Error>>;

pub async fn answers(client: Client, namespace: &str, who: &str) {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let services: Api<Service> = Api::namespaced(client.clone(), namespace);
    let maps: Api<ConfigMap> = Api::namespaced(client, namespace);
    futures::join!(
        told("get", async { services.get("closed").await.map(drop).map_err(Into::into) }),
        told("watch", watch(&services)),
        told("create", create(&maps, format!("{who}-new"))),
        told("delete", delete(&maps, format!("{who}-there"))),
        told("exec", exec(&pods)),
    );
}

async fn told(kind: &str, work: impl Future<Output = Asked>) {
    match work.await {
        Ok(()) => println!("{kind}: done"),
        Err(error) => println!("{kind}: error, {error}"),
    }
    println!("{kind}: over");
}

async fn watch(services: &Api<Service>) -> Asked {
    let mut events = Box::pin(services.watch(&WatchParams::default().timeout(1), "0").await?);
    while events.try_next().await?.is_some() {}
    Ok(())
}

async fn create(maps: &Api<ConfigMap>, name: String) -> Asked {
    let mut map = ConfigMap::default();
    map.metadata.name = Some(name);
    maps.create(&PostParams::default(), &map).await?;
    Ok(())
}

async fn delete(maps: &Api<ConfigMap>, name: String) -> Asked {
    maps.delete(&name, &DeleteParams::default()).await?;
    Ok(())
}

async fn exec(pods: &Api<Pod>) -> Asked {
    let mut process = pods.exec("ticks", ["echo", "done"], &AttachParams::default().stderr(false)).await?;
    let mut out = String::new();
    process.stdout().ok_or("no stdout")?.read_to_string(&mut out).await?;
    process.join().await?;
    Ok(())
}
