"""Country facts on demand. I type a country, you get it from restcountries.com/v3.1/name/<country>?fields=capital,population,area,maps and I pick what I want to know from a menu: capital, population, people per square kilometre, or the map, which should simply open. Keep everything but the map as one sentence I can read and copy."""
country = input("Which country?")
found = is_workflow_actions_downloadurl(WFURL=f"https://restcountries.com/v3.1/name/{country}?fields=capital,population,area,maps")
facts = is_workflow_actions_getitemfromlist(WFInput=found)
population = facts["population"]
match menu(f"{country}", ["Capital", "Population", "Density", "Map"]):
    case "Capital":
        capital = facts["capital"]
        Menu_Result = f"The capital of {country} is {capital}."
    case "Population":
        people = com_sindresorhus_Actions_FormatNumberCompactIntent(number=population)
        Menu_Result = f"{people} people live in {country}."
    case "Density":
        density = is_workflow_actions_math(WFInput=population, WFMathOperation="÷", WFMathOperand=facts["area"])
        rounded_density = is_workflow_actions_round(WFInput=density)
        Menu_Result = f"{rounded_density} people per km² live in {country}."
    case "Map":
        is_workflow_actions_openurl(WFInput=facts["maps"]["googleMaps"])
        exit_shortcut()
is_workflow_actions_setclipboard(WFInput=Menu_Result)
is_workflow_actions_showresult(Text=Menu_Result)
