//! Libraries, users and tokens.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lcms_core::model::{Key, Language, Right, Role, TokenId};

#[derive(Debug, Subcommand)]
pub(crate) enum Library {
    /// Create a library.
    Create {
        /// Key, unique on this server.
        key: Key,
        /// Title; the key when left out.
        #[arg(long)]
        title: Option<String>,
        /// What belongs in it.
        #[arg(long, default_value = "")]
        description: String,
        /// Language of its content.
        #[arg(long, default_value = "en")]
        language: Language,
    },
    /// List libraries.
    List,
    /// Show what words the library takes for others when it is searched, or replace them.
    Synonyms {
        /// The library's key.
        key: Key,
        /// A file with one entry a line: `a, b` (each finds the other) or `a => b`; `-` reads
        /// standard input.
        #[arg(long, value_name = "FILE")]
        set: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a user.
    Add {
        /// Name, unique.
        name: Key,
        /// Name shown.
        #[arg(long)]
        display_name: Option<String>,
        /// Role in every library: viewer, author, reviewer, publisher, deployer or admin.
        #[arg(long)]
        role: Option<Role>,
        /// Read a password from standard input, to sign in with at the web app.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a user's password, read from standard input; every sign-in of theirs ends.
    Password {
        /// The user's name.
        user: Key,
    },
    /// List users with their roles.
    List,
    /// Give a role.
    Grant(RoleChange),
    /// Take a role away.
    Revoke(RoleChange),
}

#[derive(Debug, Args)]
pub(crate) struct RoleChange {
    /// The user's name.
    pub(crate) user: Key,
    /// viewer, author, reviewer, publisher, deployer or admin.
    pub(crate) role: Role,
    /// Only in this library; in every library when left out.
    #[arg(long)]
    pub(crate) library: Option<Key>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Issue a token; prints its secret, once, alone on standard output.
    Create {
        /// Whose it is.
        #[arg(long)]
        user: Key,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// What it may be used for (may be repeated): read, write, review, publish, deploy,
        /// administer.
        /// Everything its user may do when left out.
        #[arg(long)]
        scope: Vec<Right>,
        /// Days until it stops working; never when left out.
        #[arg(long)]
        days: Option<u32>,
    },
    /// List a user's tokens.
    List {
        /// Whose.
        #[arg(long)]
        user: Key,
    },
    /// End a token.
    Revoke {
        /// The token's id.
        id: TokenId,
    },
}
