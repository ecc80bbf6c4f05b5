"""Set the evening mood. For reading, LIFX brightness in the Lounge goes to 70 and Home Assistant fires the event reading; for dinner use the theme Dreaming there and call the service script.dinner; leaving turns the lamp off and shows what Structured has planned for tomorrow."""
match menu("Tonight", ["Reading", "Dinner", "Going out"]):
    case "Reading":
        com_lifx_lifx_LightBrightnessIntent(target="Lounge", brightness=70)
        io_robbie_HomeAssistant_FireEventIntent(eventName="reading")
    case "Dinner":
        com_lifx_lifx_LightThemeIntent(target="Lounge", theme="Dreaming")
        io_robbie_HomeAssistant_CallServiceIntent(service="script.dinner")
    case "Going out":
        com_lifx_lifx_LightPowerIntent(target="Lounge", power=False)
        tasks = com_leomehlig_today_DayScheduleIntent(day="tomorrow")
        com_leomehlig_today_ShowTaskIntent(tasks=tasks)
