//! Where frames and events are kept: traits, and stores behind them.
