//! Trust is given to one folder, or to one file as it is, and kept privately.

use std::fs;

use divisi_workspace::{Places, TrustStore};
use tempfile::TempDir;

#[test]
fn trust_is_given_to_one_folder_and_taken_back() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("root");
    let below = root.join("vendor");
    fs::create_dir_all(&below).unwrap();
    let store = TrustStore::at(folder.path().join("state/divisi/trust.json"));

    assert!(!store.is_trusted(&root).unwrap());
    store.trust(&root).unwrap();
    assert!(store.is_trusted(&root).unwrap());
    assert!(store.is_trusted(&root.join("vendor/..")).unwrap());
    assert!(!store.is_trusted(&below).unwrap());
    assert_eq!(store.folders().unwrap(), [root.canonicalize().unwrap()]);
    store.revoke(&root).unwrap();
    assert!(!store.is_trusted(&root).unwrap());
    assert!(store.folders().unwrap().is_empty());
    assert!(store.is_trusted(&folder.path().join("gone")).is_err());
}

#[test]
fn a_changed_file_is_no_longer_trusted() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    let file = root.join("a.dag.yaml");
    fs::write(&file, "nodes: []\n").unwrap();
    let store = TrustStore::at(root.join("trust.json"));

    store.trust(root).unwrap();
    assert!(!store.is_file_trusted(root, &file).unwrap());
    store.trust_file(root, &file).unwrap();
    assert!(store.is_file_trusted(root, &file).unwrap());
    fs::write(&file, "nodes: [{id: a, run: rm -rf .}]\n").unwrap();
    assert!(!store.is_file_trusted(root, &file).unwrap());
    store.trust_file(root, &file).unwrap();
    store.revoke(root).unwrap();
    assert!(!store.is_file_trusted(root, &file).unwrap());
}

#[cfg(unix)]
#[test]
fn the_list_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let places = Places { state: Some(folder.path().join("state")), ..Places::default() };
    TrustStore::of_user(&places).unwrap().trust(folder.path()).unwrap();
    let mode = fs::metadata(folder.path().join("state/trust.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_damaged_list_is_said_and_kept() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("trust.json");
    fs::write(&file, "{").unwrap();
    let store = TrustStore::at(file.clone());
    assert!(store.is_trusted(folder.path()).unwrap_err().to_string().contains("is damaged"));
    assert!(store.trust(folder.path()).is_err());
    assert_eq!(fs::read_to_string(&file).unwrap(), "{");
    assert!(TrustStore::of_user(&Places::default()).is_err());
}
