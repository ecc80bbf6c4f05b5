"""I never know what to cook. Fetch a random meal from https://www.themealdb.com/api/json/v1/1/random.php (the answer has a list "meals", each with strMeal, strArea, strInstructions and sometimes strYoutube) and show me the dish with where it comes from and how to make it. When there is a video link, open that too."""
response = is_workflow_actions_downloadurl(WFURL="https://www.themealdb.com/api/json/v1/1/random.php")
meals = response["meals"]
meal = is_workflow_actions_getitemfromlist(WFInput=meals)
is_workflow_actions_showresult(Text=f"{meal['strMeal']} ({meal['strArea']})\n\n{meal['strInstructions']}")
video = meal["strYoutube"]
if video:
    is_workflow_actions_openurl(WFInput=video)
