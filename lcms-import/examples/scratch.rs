//! x
use comrak::nodes::NodeValue;
use lcms_core::model::markup::Markup;
fn main(){
    for s in ["````text\n>>> ``` x\n````\n", "```text\n>>> x\n```\n", "````text\n>>>\n````\n", "````text\nab ``` x\n````"] {
    let arena=comrak::Arena::new();
    let mut o=comrak::Options::default();
    o.extension.description_lists=std::env::args().nth(1).is_some();
    let root=comrak::parse_document(&arena,s,&o);
    println!("{s:?}"); 
    for n in root.descendants(){ println!("  {:?}", n.data().value); }
    println!("{:?}", Markup::parse(s).map(|m|m.blocks().to_vec()));
    }
    let deep=format!("```text\n{}\n```\n", ">".repeat(150));
    println!("{:?}", Markup::parse(&deep).map(|m|m.blocks().len()));
    let deep=format!("```text\n{}\n```\n", ">".repeat(90));
    println!("{:?}", Markup::parse(&deep).map(|m|m.blocks().len()));
    let _ = NodeValue::SoftBreak;
}
