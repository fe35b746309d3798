//! The `divisi` program from outside: real processes in temporary workspaces with a state folder of their own.

mod bad_input;
mod check;
mod example;
mod plan;
mod run;
mod site;
mod small;
