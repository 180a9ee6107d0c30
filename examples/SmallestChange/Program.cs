// The smallest change of a picture, in the sum of the changes of its grey values, after which a network reads another digit: a network as
// part of an optimisation problem of one's own, with OR-Tools.
//
//     dotnet run --project examples/SmallestChange -- [row] [radius] [network] [data.csv]
//
// The bounds of all neurons are proven first, over the pictures that differ from the row's by at most the radius in each grey value (of
// 0 to 1): the smaller it is, the fewer neurons need a binary variable.
using System.Globalization;
using ExactCompression;
using ExactCompression.Examples;
using ExactCompression.Formats;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string examples = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));
string Argument(int place, string other) => args.Length > place ? args[place] : other;
int row = int.Parse(Argument(0, "0"), CultureInfo.InvariantCulture);
double radius = double.Parse(Argument(1, "0.15"), CultureInfo.InvariantCulture);
ReluNetwork network = NetworkFormats.Read(Argument(2, Path.Combine(examples, "digits_48-32-24_l1-0.004.onnx")));
InputData data = InputDataFiles.Read(
    Argument(3, Path.Combine(examples, "digits.csv.gz")), new() { LabelColumn = "Last", Scale = 1.0 / 16 });

double[] picture = [.. data.Row(row).ToArray().Select(static v => (double)v)];
int digit = SmallestChange.Largest(network.Evaluate(picture));
double[] lower = [.. picture.Select(v => Math.Max(0, v - radius))], upper = [.. picture.Select(v => Math.Min(1, v + radius))];
StabilityTable table = StabilityAnalysis.FindStable(
    StabilityTable.Undecided(network, new(lower, upper)), null, new() { TimeLimit = TimeSpan.FromSeconds(10) }, default);
MilpModel model = MilpModels.Of(table, new(), default);
Console.WriteLine($"Row {row} is read as {digit}; {model.Binaries} of {table.Neurons.Count} neurons need a binary variable.");

double[]? changed = SmallestChange.Find(model, picture, digit, margin: 1e-3);
if (changed is null)
{
    Console.WriteLine($"No change of at most {radius} in each grey value makes it another digit.");
    return 0;
}

// What a solver says holds up to its tolerances; the network itself says whether it is true.
double[] outputs = network.Evaluate(changed);
int other = SmallestChange.Largest(outputs);
double sum = picture.Zip(changed, static (a, b) => Math.Abs(a - b)).Sum();
Console.WriteLine(
    $"A change of {sum:F3} in {picture.Zip(changed).Count(static p => Math.Abs(p.First - p.Second) > 1e-6)} grey values makes it {other}: "
        + $"output {other} is {outputs[other]:F3}, output {digit} is {outputs[digit]:F3}.");
return other == digit ? 1 : 0;
