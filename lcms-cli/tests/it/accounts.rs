//! Users and tokens without a running server.

use crate::lcms::Lcms;

#[test]
fn a_token_stands_alone_on_standard_output() {
    let lcms = Lcms::new();
    lcms.ok(&["user", "add", "anna", "--role", "author"]);
    let secret = lcms.ok(&["token", "create", "--user", "anna", "--scope", "read"]);
    assert_eq!(secret.lines().count(), 1);
    assert!(secret.starts_with("lcms_") && secret.trim().len() == 69, "{secret}");
    let said = lcms.refused(&["token", "create", "--user", "bert"]);
    assert!(said.contains("lcms user add bert"), "{said}");
}

#[test]
fn roles_are_given_and_taken_per_library() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    lcms.ok(&["user", "add", "anna"]);
    let said = lcms.ok(&["user", "grant", "anna", "reviewer", "--library", "lib"]);
    assert!(said.contains("reviewer in lib"), "{said}");
    let said = lcms.ok(&["user", "revoke", "anna", "reviewer", "--library", "lib"]);
    assert!(said.contains("no role"), "{said}");
}
