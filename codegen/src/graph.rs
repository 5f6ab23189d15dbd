//! Ways through graphs: the nodes by their numbers, and for each those that it leads to. Without recursion, since such
//! chains may be long.

/// All nodes, each behind those that it leads to, unless these lead back to it.
pub(crate) fn inner_first(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; edges.len()];
    let mut order = Vec::with_capacity(edges.len());
    for root in 0..edges.len() {
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 && seen.get_mut(node).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            match edges.get(node).and_then(|targets| targets.get(next)) {
                Some(&target) => path.extend([(node, next + 1), (target, 0)]),
                None => order.push(node),
            }
        }
    }
    order
}

/// For each node of a graph the cycle that it lies on, if it lies on one: Tarjan's strongly connected components,
/// without recursion.
pub(crate) fn in_cycle(edges: &[Vec<usize>]) -> Vec<Option<usize>> {
    #[derive(Clone, Copy, Default)]
    struct Mark {
        index: Option<usize>,
        low: usize,
        open: bool,
    }
    let mut marks = vec![Mark::default(); edges.len()];
    let mut result = vec![None; edges.len()];
    let (mut counter, mut cycles) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for root in 0..edges.len() {
        if marks.get(root).is_none_or(|mark| mark.index.is_some()) {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0
                && let Some(mark) = marks.get_mut(node)
            {
                *mark = Mark { index: Some(counter), low: counter, open: true };
                counter += 1;
                open.push(node);
            }
            if let Some(&target) = edges.get(node).and_then(|targets| targets.get(next)) {
                path.push((node, next + 1));
                match marks.get(target).copied() {
                    Some(Mark { index: None, .. }) => path.push((target, 0)),
                    Some(Mark { index: Some(index), open: true, .. }) => {
                        if let Some(mark) = marks.get_mut(node) {
                            mark.low = mark.low.min(index);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let Some(Mark { index: Some(index), low, .. }) = marks.get(node).copied() else { continue };
            if let Some((parent, _)) = path.last()
                && let Some(mark) = marks.get_mut(*parent)
            {
                mark.low = mark.low.min(low);
            }
            if low == index {
                let from = open.iter().rposition(|other| *other == node).unwrap_or(open.len());
                let members = open.split_off(from);
                let loops = members.len() > 1 || edges.get(node).is_some_and(|targets| targets.contains(&node));
                for member in members {
                    if let Some(mark) = marks.get_mut(member) {
                        mark.open = false;
                    }
                    if let (true, Some(slot)) = (loops, result.get_mut(member)) {
                        *slot = Some(cycles);
                    }
                }
                cycles += 1;
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_led_to_comes_first() {
        let edges = [vec![1, 2], vec![2], vec![], vec![4], vec![3, 0], vec![5, 9]];
        assert_eq!(inner_first(&edges), [2, 1, 0, 4, 3, 5]);
        let chain: Vec<Vec<usize>> = (0..100_000).map(|node| vec![node + 1]).collect();
        assert!(inner_first(&chain).into_iter().eq((0..100_000).rev()));
    }

    #[test]
    fn cycles_of_a_graph() {
        let cyclic = |edges: &[&[usize]]| {
            let edges: Vec<Vec<usize>> = edges.iter().map(|targets| targets.to_vec()).collect();
            in_cycle(&edges).into_iter().map(|cycle| cycle.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(cyclic(&[&[1], &[2], &[]]), [false, false, false]);
        assert_eq!(cyclic(&[&[0]]), [true]);
        assert_eq!(cyclic(&[&[1], &[2], &[1]]), [false, true, true]);
        assert_eq!(cyclic(&[&[1, 2], &[0], &[2, 3], &[]]), [true, true, true, false]);
        let two = in_cycle(&[vec![1], vec![0, 2], vec![3], vec![2]]);
        assert_eq!(two[0], two[1]);
        assert_eq!(two[2], two[3]);
        assert_ne!(two[0], two[2]);
    }
}
