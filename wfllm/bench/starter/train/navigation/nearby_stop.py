"""Find a petrol station, a pharmacy or a cash machine within 3 km of me, let me choose one of the results, then go there either by car or on foot as I like."""
kinds = ["Petrol station", "Pharmacy", "Cash machine"]
kind = is_workflow_actions_choosefromlist(WFInput=kinds)
here = is_workflow_actions_getcurrentlocation()
found = is_workflow_actions_searchlocalbusinesses(WFInput=here, WFSearchQuery=f"{kind}", WFSearchRadius=quantity(3, "km"))
stop = is_workflow_actions_choosefromlist(WFInput=found, WFChooseFromListActionPrompt="Which one?")
match menu("How?", ["By car", "On foot"]):
    case "By car":
        is_workflow_actions_getdirections(WFDestination=stop)
    case "On foot":
        is_workflow_actions_getdirections(WFDestination=stop, WFGetDirectionsActionMode="Walking")
