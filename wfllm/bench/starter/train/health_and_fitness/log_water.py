"""Log a drink of water in Health: a glass is 250 ml, a bottle 500 ml, or I enter another amount in fluid ounces that you convert."""
match menu("How much?", ["Glass", "Bottle", "Other"]):
    case "Glass":
        glass = 250
        Menu_Result = glass
    case "Bottle":
        bottle = 500
        Menu_Result = bottle
    case "Other":
        ounces = ask("Fluid ounces", type="Number")
        drink = is_workflow_actions_measurement_create(WFMeasurementUnitType="Volume", WFMeasurementUnit=quantity(ounces, "fl oz"))
        metric = is_workflow_actions_measurement_convert(WFMeasurementUnitType="Volume", WFMeasurementUnit=dict(WFNSUnitType="Volume", WFNSUnitSymbol="mL"), WFInput=drink)
        other = is_workflow_actions_detect_number(WFInput=metric)
        Menu_Result = other
is_workflow_actions_health_quantity_log(WFQuantitySampleType="Water", WFQuantitySampleQuantity=quantity(Menu_Result, "mL"))
is_workflow_actions_notification(WFNotificationActionBody=f"{Menu_Result} ml logged", WFNotificationActionSound=False)
