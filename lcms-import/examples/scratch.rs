use comrak::nodes::NodeValue;
fn main(){
    let path=std::env::args().nth(1).unwrap();
    let text=std::fs::read_to_string(path).unwrap();
    let arena=comrak::Arena::new();
    let mut o=comrak::Options::default();
    o.extension.strikethrough=true;o.extension.table=true;o.extension.autolink=true;o.extension.tasklist=true;o.extension.footnotes=true;o.extension.description_lists=true;o.extension.math_dollars=true;o.extension.math_code=true;o.parse.leave_footnote_definitions=true;
    let root=comrak::parse_document(&arena,&text,&o);
    let lines:Vec<&str>=text.split('\n').collect();
    for n in root.descendants(){
        let d=n.data();let sp=d.sourcepos;
        let slice=||{ if sp.start.line==sp.end.line{ lines[sp.start.line-1].get(sp.start.column-1..sp.end.column).map(|s|s.to_string()) } else { Some(format!("{:?} .. {:?}",lines[sp.start.line-1].get(sp.start.column-1..),lines.get(sp.end.line-1).and_then(|l|l.get(..sp.end.column)))) }};
        let depth=n.ancestors().count();
        let name=format!("{:?}",d.value); let name=&name[..name.len().min(60)];
        match d.value { NodeValue::Text(_) if std::env::args().nth(2).is_none() => {}, _=>println!("{}{} {:?} {:?}"," ".repeat(depth),name,(sp.start.line,sp.start.column,sp.end.line,sp.end.column),slice()) }
    }
}
