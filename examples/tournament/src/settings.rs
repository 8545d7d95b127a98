//! What can be set: on the command line, or by the environment.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// Tournaments, ratings and predictions.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer requests
    Serve(Serve),
    /// Ask a running service as its users do, and tell how fast it answers
    Load(Load),
}

/// How the service is set up.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Where it listens; port 0 takes a free one
    #[arg(long, env = "TOURNAMENT_ADDR", default_value = "127.0.0.1:7080")]
    pub addr: SocketAddr,
    /// The file of its database; made and filled when it is not there
    #[arg(long, env = "TOURNAMENT_DATA", default_value = "tournament.sqlite")]
    pub data: PathBuf,
    /// The Redis that the cache is kept on; without one it is kept in the process
    #[arg(long, env = "REDIS_URL")]
    pub redis: Option<String>,
    /// `off` computes every answer, for comparison
    #[arg(long, env = "TOURNAMENT_CACHE", value_enum, default_value_t = Caching::On)]
    pub cache: Caching,
    /// The Miorai server that it reports to; none is told nothing
    #[arg(long, env = "MIORAI_URL")]
    pub miorai: Option<String>,
    /// Players that are generated
    #[arg(long, default_value_t = 2_000)]
    pub players: u32,
    /// Matches that are generated
    #[arg(long, default_value_t = 200_000)]
    pub matches: u32,
    /// What the generated data comes from: the same number gives the same data
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

/// Whether answers are cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Caching {
    /// They are.
    On,
    /// Each is computed.
    Off,
}

/// How the service is asked.
#[derive(Clone, Debug, Args)]
pub struct Load {
    /// Where the service is
    #[arg(long, default_value = "127.0.0.1:7080")]
    pub addr: SocketAddr,
    /// How long; 0 is until it is ended
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// How many ask at once
    #[arg(long, default_value_t = 16)]
    pub clients: usize,
    /// Requests a second at most, of all clients together; none is as fast as they can
    #[arg(long)]
    pub rate: Option<u32>,
    /// What is asked for
    #[arg(long, value_enum, default_value_t = Profile::Mixed)]
    pub profile: Profile,
}

/// What clients ask for. Popular things are asked for more often, as by Zipf's law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Everything, and one write in a thousand requests
    Mixed,
    /// As `mixed`, and one request in fifty for the report of the season, which is slow on purpose
    Season,
    /// Standings only
    Standings,
    /// Predictions only
    Predictions,
}

impl Load {
    /// How long, none for ever.
    pub fn duration(&self) -> Option<Duration> {
        (self.seconds > 0).then(|| Duration::from_secs(self.seconds))
    }
}
