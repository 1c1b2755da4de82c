//! A new build of the web app is a new build of what embeds it.

fn main() {
    println!("cargo::rerun-if-changed=../web/dist");
}
