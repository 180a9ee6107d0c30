using System.Globalization;

namespace ExactCompression.Campaign;

/// <summary>What to run.</summary>
internal sealed record Options
{
    public const string Usage = """
        ExactCompression.Campaign [--seed S] [--count N] [--part P] [--case K] [--threads T] [--output FOLDER]

        Tries the engine against exact arithmetic, and the readers against damaged files.

          --seed S        whole number of 0 or more that all cases depend on; 1 if left out
          --count N       cases; parts whose cases take long take a fixed share of it when all parts run; 100000 if left out
          --part P        Verdicts, Compressions, Certificates, Relations, Equivalence, Readers or All; All if left out
          --case K        runs this one case of one part again
          --threads T     cases at a time; one a core if left out
          --output FOLDER where each case that shows a fault is written; out/campaign if left out

          devices [cpu]   alone: runs the tests of the devices instead, without a test host; with cpu, a GPU may be missing

        Prints a line a part as it goes. Ends with 0 where there is no fault, 1 where there is one, 2 where the arguments are wrong.
        """;

    public int Seed { get; private init; } = 1;

    public long Count { get; private init; } = 100_000;

    public string Part { get; private init; } = "All";

    public long? Case { get; private init; }

    public int Threads { get; private init; } = Environment.ProcessorCount;

    public string Output { get; private init; } = Path.Combine("out", "campaign");

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">They are wrong; the message says how.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{arguments[i]} has no value.");
            options = arguments[i] switch
            {
                "--seed" => options with { Seed = (int)Number(value, 0, int.MaxValue) },
                "--count" => options with { Count = Number(value, 1, long.MaxValue / 1000) },
                "--part" => options with { Part = value },
                "--case" => options with { Case = Number(value, 0, long.MaxValue) },
                "--threads" => options with { Threads = (int)Number(value, 1, 1024) },
                "--output" => options with { Output = value },
                _ => throw new FormatException($"There is no option {arguments[i]}."),
            };
        }

        return options;
    }

    private static long Number(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? value
            : throw new FormatException($"'{text}' is no whole number from {least} to {most}.");
}
