//! What stops the start, and what the example file promises. Nothing here opens a port.

use super::*;

fn with(change: impl FnOnce(&mut Config)) -> Result<()> {
    let mut config = Config::default();
    change(&mut config);
    config.check()
}

#[test]
fn the_example_file_says_what_the_defaults_are() {
    let example: Config = Figment::from(Toml::string(EXAMPLE)).extract().unwrap();
    assert_eq!(example, Config::default());
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let error = Figment::from(Toml::string("[server]\nlisen = 1")).extract::<Config>().unwrap_err();
    assert!(error.to_string().contains("lisen"), "{error}");
}

#[test]
fn plain_http_off_loopback_refuses_to_start() {
    let error = with(|c| c.server.listen = "0.0.0.0:80".parse().unwrap()).unwrap_err();
    assert!(error.to_string().contains("trusted_proxies"), "{error}");
    let error = with(|c| {
        c.server.listen = "0.0.0.0:80".parse().unwrap();
        c.server.trusted_proxies = vec!["10.0.0.2".parse().unwrap()];
    })
    .unwrap_err();
    assert!(error.to_string().contains("https"), "{error}");
    with(|c| {
        c.server.listen = "0.0.0.0:80".parse().unwrap();
        c.server.trusted_proxies = vec!["10.0.0.2".parse().unwrap()];
        c.server.public_url = "https://miaopu.example.edu".into();
    })
    .unwrap();
}

#[test]
fn demo_data_never_leaves_loopback() {
    let error = with(|c| {
        c.data.demo = true;
        c.server.listen = "0.0.0.0:80".parse().unwrap();
        c.server.trusted_proxies = vec!["10.0.0.2".parse().unwrap()];
        c.server.public_url = "https://miaopu.example.edu".into();
    })
    .unwrap_err();
    assert!(error.to_string().contains("demo"), "{error}");
}

#[test]
fn a_database_password_does_not_print() {
    let mut config = Config::default();
    config.database.url = Hidden("postgres://m:hunter2@db/m".into());
    assert!(!format!("{config:?}").contains("hunter2"));
}
