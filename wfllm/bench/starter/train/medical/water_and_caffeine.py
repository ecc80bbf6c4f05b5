"""Log a drink in Health: a glass of water is 250 ml, a bottle 500 ml, and a coffee counts as 150 ml of water plus 80 mg of caffeine."""
match menu("What did you drink?", ["Glass", "Bottle", "Coffee"]):
    case "Glass":
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity={"Unit": "mL", "Magnitude": 250})
    case "Bottle":
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity={"Unit": "mL", "Magnitude": 500})
    case "Coffee":
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity={"Unit": "mL", "Magnitude": 150})
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Caffeine", WFQuantitySampleQuantity={"Unit": "mg", "Magnitude": 80})
