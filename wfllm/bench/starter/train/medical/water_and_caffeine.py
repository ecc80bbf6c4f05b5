"""Log a drink in Health: a glass of water is 250 ml, a bottle 500 ml, and a coffee counts as 150 ml of water plus 80 mg of caffeine."""
match menu("What did you drink?", ["Glass", "Bottle", "Coffee"]):
    case "Glass":
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity=quantity(250, "mL"))
    case "Bottle":
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity=quantity(500, "mL"))
    case "Coffee":
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity=quantity(150, "mL"))
        is_workflow_actions_health_quantity_log(WFQuantitySampleType="Caffeine", WFQuantitySampleQuantity=quantity(80, "mg"))
