using System.Management.Automation;
using System.Text;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>What Import-ReluNetwork says, and asks, of files that have named weights only.</summary>
[Collection(ModuleTests.Name)]
public sealed class StateDictTests(ModuleFixture module)
{
    [Fact]
    public void ImportReluNetwork_WeightsOnly_WarnsOnceAFileThatReluIsAssumed()
    {
        using var folder = new TemporaryFolder();
        string one = SafeTensors(folder, "one.safetensors", "0", "1", "2"), two = SafeTensors(folder, "two.safetensors", "0", "1");

        ScriptResult result = module.Run("Import-ReluNetwork $args[0], $args[1]", one, two);

        Assert.Equal(2, result.Output.Length);
        Assert.Equal(2, result.Warnings.Length);
        Assert.StartsWith(one, result.Warnings[0], StringComparison.Ordinal);
        Assert.All(result.Warnings, static w => Assert.Contains("ReLU is assumed", w, StringComparison.Ordinal));
        Assert.Empty(module.Run("Import-ReluNetwork $args[0] -Activation ReLU", one).Warnings);
    }

    [Fact]
    public void ImportReluNetwork_ExportedByTheModule_DoesNotWarn()
    {
        using var folder = new TemporaryFolder();
        foreach (string extension in (string[])["npz", "safetensors", "dat", "nnet", "onnx"])
        {
            ScriptResult result = module.Run(
                "Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[0]; Import-ReluNetwork $args[0]",
                folder.File($"net.{extension}"));
            Assert.Empty(result.Warnings);
            Assert.Single(result.Output);
        }
    }

    [Fact]
    public void ImportReluNetwork_OtherActivation_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string file = SafeTensors(folder, "net.safetensors", "0", "1");

        ErrorRecord linear = module.Fail("Import-ReluNetwork $args[0] -Activation Identity", file);
        ErrorRecord unknown = module.Fail("Import-ReluNetwork $args[0] -Activation LeakyRelu", file);

        Assert.StartsWith("ActivationUnsupported,", linear.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("LeakyRelu", unknown.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Relu", unknown.Exception.Message.Replace("LeakyRelu", "", StringComparison.Ordinal),
            StringComparison.Ordinal); // the values there are
    }

    [Fact]
    public void ImportReluNetwork_OrderAndPrefix_Choose()
    {
        using var folder = new TemporaryFolder();
        string two = SafeTensors(
            folder, "two.safetensors", "generator.0", "generator.2", "discriminator.0", "discriminator.2", "discriminator.4");

        Assert.StartsWith(
            "SeveralNetworks,", module.Fail("Import-ReluNetwork $args[0]", two).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(
            2, module.Run(
                "Import-ReluNetwork $args[0] -Prefix generator. -Activation Relu",
                two).Single.Properties["Layers"].Value is System.Collections.ICollection layers ? layers.Count : 0);
        Assert.Equal(
            "1-1-1-1-1-1",
            module.Run("Import-ReluNetwork $args[0] -Order File -Activation Relu", two).Single.Properties["Architecture"].Value);
    }

    [Fact]
    public void ImportReluNetwork_OrderForFilesOfSeveralFormats_IsAnErrorOfThoseThatStateIt()
    {
        using var folder = new TemporaryFolder();
        string tensors = SafeTensors(folder, "net.safetensors", "0", "1");

        ScriptResult result = module.Run(
            "Import-ReluNetwork $NetworkFile | Export-ReluNetwork $args[1]; Import-ReluNetwork $args[1], $args[0] -Order Names "
                + "-Activation Relu", tensors, folder.File("net.onnx"));

        Assert.Equal("1-1-1", result.Single.Properties["Architecture"].Value);
        Assert.StartsWith("OrderNotApplicable,", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("net.onnx", result.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImportReluNetwork_ActivationForOnnx_WarnsThatItIsNotUsed()
    {
        string warning = Assert.Single(module.Run("Import-ReluNetwork $NetworkFile -Activation Relu").Warnings);

        Assert.Contains("-Activation Relu is not used", warning, StringComparison.Ordinal);
    }

    // One weight of 1 x 1 a name.
    private static string SafeTensors(TemporaryFolder folder, string name, params string[] layers)
    {
        string header = "{"
            + string.Join(
                ",", layers.Select(
                    static (l, i) => $"\"{l}.weight\":{{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[{4 * i},{(4 * i) + 4}]}}"))
                    + "}";
        File.WriteAllBytes(
            folder.File(name),
            [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header),
                .. layers.SelectMany(static _ => BitConverter.GetBytes(2f))]);
        return folder.File(name);
    }
}
