//! Measures lcms beside its peers and physical limits.
//!
//! Absolute figures drift with the machine and with whatever else runs on it; ratios hold. So
//! every scenario does its work and, in the same run and in turn with it, the work of the peer or
//! of the bare limit: the same bytes hashed and written, the same files zipped, the same rows
//! inserted. What is printed is the median of several rounds, both figures and their ratio.
//!
//! | module | job |
//! |---|---|
//! | `corpus` | a library of any size from a fixed seed, with heavy reuse |
//! | `material` | bytes to upload: text and noise |
//! | `measure` | wall time, CPU time and memory of this process and of programs it starts |
//! | `program` | the programs compared with |
//! | `server` | the HTTP server in a process of its own, and what is done in one to measure its memory |
//! | `http` | clients that cost little |
//! | `scenarios` | what is measured |
//! | `report` | the table |

pub mod corpus;

mod error;
mod http;
mod material;
mod measure;
mod program;
mod report;
mod scenarios;
mod server;
mod size;

pub use error::{Error, Result};
pub use report::{Line, Report};
pub use scenarios::{Bench, Scenario};
pub use server::{import, publish, serve, upload};
pub use size::{Size, Volumes};
