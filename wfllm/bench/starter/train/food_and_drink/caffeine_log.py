"""Log my caffeine in Health. Let me pick espresso (63 mg), filter coffee (95 mg) or tea (40 mg), save that amount as of now and tell me what was logged. For tea start a 4 minute timer first."""
match menu("What did you drink?", ["Espresso", "Filter coffee", "Tea"]):
    case "Espresso":
        Menu_Result = 63
    case "Filter coffee":
        Menu_Result = 95
    case "Tea":
        is_workflow_actions_timer_start(WFDuration=quantity(4, "min"))
        Menu_Result = 40
is_workflow_actions_health_quantity_log(WFQuantitySampleType="Caffeine", WFQuantitySampleQuantity=quantity(Menu_Result, "mg"), WFQuantitySampleDate=current_date())
is_workflow_actions_notification(WFNotificationActionBody=f"Logged {Menu_Result} mg of caffeine")
