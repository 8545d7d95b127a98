//! The browser part is built into the server: building it anew builds the server anew.

fn main() {
    println!("cargo::rerun-if-changed=../target/site/manifest.json");
}
