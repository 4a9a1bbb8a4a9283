export const CA_NAME = "CA one";
