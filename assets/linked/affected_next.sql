-- Who is affected as well, because an edge or tonight's register ties it to somebody who is?
select distinct graph.other as number
from temp.linked_graph as graph
semi join temp.linked_frontier as frontier on frontier.number = graph.own
anti join temp.linked_reached as reached on reached.number = graph.other
