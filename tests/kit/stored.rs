//! A file of the storage as somebody sees it who has the disk, or the keys to the bucket, in hand: for tests that damage
//! what lies there, take it away, or put there what nobody wrote down.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region};
use miaopu_server::config::Config;

use crate::App;

/// A file under its name, there or not.
pub enum Stored {
    /// In the folder.
    File(PathBuf),
    /// In the bucket.
    Object { client: Client, bucket: String, key: String },
}

impl App {
    /// What lies under a name in an area, `original` for one; for an upload the area is `incoming`.
    ///
    /// # Panics
    /// When `blobs.url` names no bucket.
    #[must_use]
    pub fn stored(&self, area: &str, name: &str) -> Stored {
        let config = self.config();
        let (deep, object) = match area {
            "incoming" => (name.to_owned(), format!("incoming/{name}/0")),
            _ => (format!("{}/{}/{name}", &name[..2], &name[2..4]), format!("{area}/{name}")),
        };
        match config.blobs.url.strip_prefix("s3://") {
            None => Stored::File(config.blobs_dir().join(area).join(deep)),
            Some(place) => {
                let (bucket, prefix) = place.split_once('/').expect("a test has a part of the bucket");
                Stored::Object {
                    client: client(&config),
                    bucket: bucket.to_owned(),
                    key: format!("{prefix}/{object}"),
                }
            }
        }
    }
}

fn client(config: &Config) -> Client {
    let blobs = &config.blobs;
    let keys = Credentials::new(&blobs.s3_access_key.0, &blobs.s3_secret_key.0, None, None, "test");
    let builder = Builder::new().behavior_version(BehaviorVersion::latest()).credentials_provider(keys);
    let builder = builder.region(Region::new(blobs.s3_region.clone())).endpoint_url(&blobs.s3_endpoint);
    Client::from_conf(builder.force_path_style(true).build())
}

impl Stored {
    /// Its bytes; `None` where there is no such file.
    ///
    /// # Panics
    /// When the storage fails.
    pub async fn try_read(&self) -> Option<Vec<u8>> {
        match self {
            Stored::File(path) => match fs::read(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                bytes => Some(bytes.expect("it is read")),
            },
            Stored::Object { client, bucket, key } => {
                match client.get_object().bucket(bucket).key(key).send().await {
                    Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                        None
                    }
                    got => {
                        let body = got.expect("it is fetched").body;
                        Some(body.collect().await.expect("it comes whole").to_vec())
                    }
                }
            }
        }
    }

    /// Its bytes.
    ///
    /// # Panics
    /// When there are none.
    pub async fn read(&self) -> Vec<u8> {
        self.try_read().await.expect("it is there")
    }

    /// Whether it is there.
    ///
    /// # Panics
    /// When the storage fails.
    pub async fn exists(&self) -> bool {
        self.try_read().await.is_some()
    }

    /// Puts other bytes there.
    ///
    /// # Panics
    /// When the storage fails.
    pub async fn write(&self, bytes: &[u8]) {
        match self {
            Stored::File(path) => {
                fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
                fs::write(path, bytes).expect("it is written");
            }
            Stored::Object { client, bucket, key } => {
                let put = client.put_object().bucket(bucket).key(key).body(bytes.to_vec().into());
                put.send().await.expect("it is put");
            }
        }
    }

    /// Takes it away.
    ///
    /// # Panics
    /// When the storage fails.
    pub async fn remove(&self) {
        match self {
            Stored::File(path) => fs::remove_file(path).expect("it is removed"),
            Stored::Object { client, bucket, key } => {
                client.delete_object().bucket(bucket).key(key).send().await.expect("it is removed");
            }
        }
    }
}
